"""A mistake in the configuration is told before any call, and without telling a secret."""

import base64
import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.errors import Misconfigured
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.desk import ACCOUNT, TICKET


@pytest.mark.parametrize(
    "base_url",
    [
        "https://evil.example",
        "https://acme.freshdesk.com.evil.example",
        "https://acme.freshdesk.com@evil.example",
        "https://a.b.freshdesk.com",
        "https://acme.freshdesk.com/api/v2",
        "http://acme.freshdesk.com",
        "https://[acme",
        "",
    ],
)
def test_credentials_go_to_a_subdomain_of_freshdesk_and_nowhere_else(base_url: str) -> None:
    with pytest.raises(Misconfigured, match=r"https://yourcompany\.freshdesk\.com"):
        FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, base_url=base_url))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"form_email": "x@y.example"}, "unknown options form_email"),
        ({"from_email": "help"}, "from_email must be"),
        ({"statuses": {"hold": 3}}, "statuses must give"),
        ({"statuses": {"waiting": 7}}, "statuses must give"),
        ({"statuses": [7]}, "statuses must give"),
        ({"locales": "en"}, "locales must be a list"),
        ({"locales": ["../x"]}, "locales must be a list"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, options=options))


@pytest.mark.parametrize("secrets", [{}, {"api_key": " \n"}, {"webhook_secret": "x" * 20}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="api_key"):
        FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


@pytest.mark.parametrize("secret", ["short", f"{'x' * 20},short"])
def test_secret_that_can_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(Misconfigured, match="at least 16 characters"):
        FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_key": "k", "webhook_secret": secret}))


async def test_key_is_the_user_of_basic_authentication(calls: CallList) -> None:
    connector = FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_key": "key-of-a-file\n"}))

    await connector.fetch(TICKET)
    await connector.close()

    expected = "Basic " + base64.b64encode(b"key-of-a-file:X").decode()
    assert {call.request.headers["authorization"] for call in calls} == {expected}


def test_settings_never_print_a_secret() -> None:
    connector = FreshdeskConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
