"""A mistake in the configuration is told before any call, and without telling a secret."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Capability
from connectors.errors import Misconfigured, Rejected
from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.help_scout.desk import ACCOUNT, TICKET


@pytest.mark.parametrize(
    "base_url", ["https://evil.example", "http://api.helpscout.net", "https://api.helpscout.net/v2", ""]
)
def test_credentials_go_to_help_scout_and_nowhere_else(base_url: str) -> None:
    with pytest.raises(Misconfigured, match=r"base_url must be https://api\.helpscout\.net"):
        HelpScoutConnector.connect(dataclasses.replace(ACCOUNT, base_url=base_url))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"inbox_id": 85}, "unknown options inbox_id"),
        ({"inbox_ids": 85}, "inbox_ids must be a list"),
        ({"inbox_ids": ["help"]}, "inbox_ids must be a list"),
        ({"integration_user_id": "me"}, "integration_user_id must be a number"),
        ({"priority_tags": {"normal": "x"}}, "priority_tags must give"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        HelpScoutConnector.connect(dataclasses.replace(ACCOUNT, options=options))


@pytest.mark.parametrize("secrets", [{}, {"app_id": "a"}, {"app_secret": "b"}, {"app_id": " ", "app_secret": "b"}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="app_id and app_secret"):
        HelpScoutConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


def test_secret_that_help_scout_would_not_take_is_refused() -> None:
    secrets = {**ACCOUNT.secrets, "webhook_secret": "x" * 41}

    with pytest.raises(Misconfigured, match="40 characters"):
        HelpScoutConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


async def test_help_centre_is_offered_only_with_its_key() -> None:
    connector = HelpScoutConnector.connect(ACCOUNT)

    assert Capability.ARTICLES not in connector.capabilities
    with pytest.raises(Rejected, match="docs_api_key"):
        async for _ in connector.articles(None):
            pass
    await connector.close()


async def test_secret_of_the_app_is_shown_for_a_token_alone(calls: CallList) -> None:
    connector = HelpScoutConnector.connect(ACCOUNT)

    await connector.fetch(TICKET)
    await connector.close()

    shown = [call.request.url.path for call in calls if b"an-app-secret" in call.request.content]
    assert shown == ["/v2/oauth2/token"]
    assert all("an-app-secret" not in str(call.request.headers) for call in calls)


def test_settings_never_print_a_secret() -> None:
    connector = HelpScoutConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
