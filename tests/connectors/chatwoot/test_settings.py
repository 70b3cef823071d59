"""A mistake in the configuration is told before any call, and without telling a secret."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.chatwoot.connector import ChatwootConnector
from connectors.errors import Misconfigured
from tests.connectors.chatwoot.desk import ACCOUNT, TICKET


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"account_id": None}, r"options\.account_id is missing"),
        ({"account_id": "acme"}, "account_id must be a number"),
        ({"account_id": "1/../2"}, "account_id must be a number"),
        ({"integration_user_id": True}, "integration_user_id must be a number"),
        ({"inbox_ids": 7}, "inbox_ids must be a list"),
        ({"inbox_ids": ["mail"]}, "inbox_ids must be a list"),
        ({"portals": "help"}, "portals must be a list"),
        ({"portals": ["../x"]}, "portals must be a list"),
        ({"acount_id": 1}, "unknown options acount_id"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        ChatwootConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


@pytest.mark.parametrize(
    "base_url", ["http://chat.acme.example", "https://127.0.0.1", "https://u:p@chat.acme.example", ""]
)
def test_address_where_credentials_do_not_belong_is_refused(base_url: str) -> None:
    with pytest.raises(Misconfigured, match=r"base_url|allow_private_network"):
        ChatwootConnector.connect(dataclasses.replace(ACCOUNT, base_url=base_url))


@pytest.mark.parametrize("secrets", [{}, {"api_token": ""}, {"webhook_secret": "x", "api_token": " \n"}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="api_token"):
        ChatwootConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


async def test_token_goes_in_a_header_that_proxies_let_through(calls: CallList) -> None:
    connector = ChatwootConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "token-of-a-file\n"}))

    await connector.fetch(TICKET)
    await connector.close()

    assert {call.request.headers["api-access-token"] for call in calls} == {"token-of-a-file"}
    assert not [name for call in calls for name in call.request.headers if "_" in name]


def test_settings_never_print_a_secret() -> None:
    connector = ChatwootConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
