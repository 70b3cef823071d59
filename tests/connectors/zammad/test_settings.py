"""A mistake in the configuration is told before any call, and without telling a secret."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Capability
from connectors.errors import Misconfigured
from connectors.zammad.connector import ZammadConnector
from tests.connectors.zammad.desk import ACCOUNT, TICKET

ELSEWHERE = ["http://desk.acme.example", "https://127.0.0.1", "https://u:p@desk.acme.example", ""]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"integration_user_id": True}, "integration_user_id must be a number"),
        ({"knowledge_base_id": "help"}, "knowledge_base_id must be a number"),
        ({"pending_days": 0}, "pending_days must be a number of days"),
        ({"pending_days": "3"}, "pending_days must be a number of days"),
        ({"pending_days": float("nan")}, "pending_days must be a number of days"),
        ({"states": ["hold"]}, r"options\.states must give names"),
        ({"states": {"waiting": "waiting"}}, r"options\.states must give names"),
        ({"priorities": {"urgent": 4}}, r"options\.priorities must give names"),
        ({"shared_draft": True}, "unknown options shared_draft"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        ZammadConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


@pytest.mark.parametrize("base_url", ELSEWHERE)
def test_address_where_credentials_do_not_belong_is_refused(base_url: str) -> None:
    with pytest.raises(Misconfigured, match=r"base_url|allow_private_network"):
        ZammadConnector.connect(dataclasses.replace(ACCOUNT, base_url=base_url))


@pytest.mark.parametrize("secrets", [{}, {"api_token": ""}, {"webhook_secret": "x", "api_token": " \n"}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="api_token"):
        ZammadConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


@pytest.mark.parametrize("said", [None, False, "yes"])
def test_drafts_go_in_as_notes_until_an_admin_says_otherwise(said: object) -> None:
    connector = ZammadConnector.connect(dataclasses.replace(ACCOUNT, options={"shared_drafts": said}))

    assert Capability.NATIVE_DRAFT not in connector.capabilities
    assert Capability.INTERNAL_NOTE in connector.capabilities


async def test_token_is_sent_as_zammad_asks_without_the_line_break_of_its_file(calls: CallList) -> None:
    connector = ZammadConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "token-of-a-file\n"}))

    await connector.fetch(TICKET)
    await connector.close()

    assert {call.request.headers["authorization"] for call in calls} == {"Token token=token-of-a-file"}


def test_settings_never_print_a_secret() -> None:
    connector = ZammadConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
