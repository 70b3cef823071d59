"""A mistake in the configuration is told before any call, and without telling a secret."""

import base64
import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.errors import Misconfigured
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.zendesk.desk import ACCOUNT, TICKET


@pytest.mark.parametrize(
    "base_url",
    [
        "https://evil.example",
        "https://acme.zendesk.com.evil.example",
        "https://acme.zendesk.com@evil.example",
        "https://evil.example/acme.zendesk.com",
        "https://a.b.zendesk.com",
        "https://-acme.zendesk.com",
        "https://ACME zendesk.com",
        "https://acme.zendesk.com:8443",
        "https://acme.zendesk.com/api/v2",
        "http://acme.zendesk.com",
        "https://" + "a" * 64 + ".zendesk.com",
        "https://[acme",
        "",
    ],
)
def test_credentials_go_to_a_subdomain_of_zendesk_and_nowhere_else(base_url: str) -> None:
    with pytest.raises(Misconfigured, match=r"https://yourcompany\.zendesk\.com"):
        ZendeskConnector.connect(dataclasses.replace(ACCOUNT, base_url=base_url))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"email": None}, "e-mail"),
        ({"email": "countersign"}, "e-mail"),
        ({"emial": "x"}, "unknown options emial"),
        ({"account_id": "acme"}, "account_id must be a number"),
        ({"integration_user_id": True}, "integration_user_id must be a number"),
        ({"locales": "en-us"}, "must be a list"),
        ({"locales": ["../x"]}, "must be a list"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        ZendeskConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


@pytest.mark.parametrize("secrets", [{}, {"api_token": ""}, {"webhook_secret": "x", "api_token": " \n"}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="api_token"):
        ZendeskConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


async def test_api_token_is_sent_as_zendesk_asks_without_the_line_break_of_its_file(calls: CallList) -> None:
    connector = ZendeskConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "token-of-a-file\n"}))

    await connector.fetch(TICKET)
    await connector.close()

    expected = base64.b64encode(b"countersign@acme.example/token:token-of-a-file").decode()
    assert calls[0].request.headers["authorization"] == f"Basic {expected}"


def test_settings_never_print_a_secret() -> None:
    connector = ZendeskConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
