"""A mistake in the configuration is told before any call, and without telling a secret."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.errors import Misconfigured
from connectors.front.connector import FrontConnector
from tests.connectors.front.desk import ACCOUNT, TICKET


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"author_id": None}, r"options\.author_id is missing"),
        ({"author_id": "ann@acme.example"}, "begins with tea_"),
        ({"author_id": "tea_1/../x"}, "begins with tea_"),
        ({"company_id": "tea_1"}, "begins with cmp_"),
        ({"inbox_ids": "inb_1"}, "must be a list"),
        ({"inbox_ids": [7]}, "must be a list"),
        ({"priority_tags": {"normal": "x"}}, "priority_tags must give names"),
        ({"priority_tags": {"high": " "}}, "priority_tags must give names"),
        ({"priority_tags": ["x"]}, "priority_tags must give names"),
        ({"inbox_id": "inb_1"}, "unknown options inbox_id"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        FrontConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


@pytest.mark.parametrize("secrets", [{}, {"api_token": ""}, {"webhook_secret": "x", "api_token": " \n"}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="api_token"):
        FrontConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


async def test_token_is_a_bearer(calls: CallList) -> None:
    connector = FrontConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "token-of-a-file\n"}))

    await connector.fetch(TICKET)
    await connector.close()

    assert {call.request.headers["authorization"] for call in calls} == {"Bearer token-of-a-file"}


def test_settings_never_print_a_secret() -> None:
    account = dataclasses.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "rule_secret": "only-for-rules"})

    connector = FrontConnector.connect(account)

    assert not [secret for secret in account.secrets.values() if secret in repr(vars(connector))]
