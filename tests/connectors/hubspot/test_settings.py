"""A mistake in the configuration is told before any call, and without telling a secret."""

import dataclasses
from typing import Any

import pytest

from connectors.errors import Misconfigured
from connectors.hubspot.connector import HubspotConnector
from tests.connectors.hubspot.desk import ACCOUNT


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"app_id": None}, r"options\.app_id is missing"),
        ({"app_id": "acme"}, "app_id must be a number"),
        ({"portal_id": True}, "portal_id must be a number"),
        ({"public_url": None}, "public_url must be our address"),
        ({"public_url": "http://gateway.example"}, "public_url must be our address"),
        ({"public_url": "https://gateway.example/?x=1"}, "public_url must be our address"),
        ({"sender_actor_id": "987"}, "sender_actor_id must be A-"),
        ({"sender_actor_id": "V-987"}, "sender_actor_id must be A-"),
        ({"sender_actor_id": "A-1 2"}, "sender_actor_id must be A-"),
        ({"tags_property": "AI Tags"}, "tags_property must be the internal name"),
        ({"team_property": "../owners"}, "team_property must be the internal name"),
        ({"stages": {"done": 4}}, "stages must give ids"),
        ({"stages": {"solved": "Closed"}}, "stages must give ids"),
        ({"stages": [4]}, "stages must give ids"),
        ({"portal": 1}, "unknown options portal"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        HubspotConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


@pytest.mark.parametrize(
    "base_url", ["http://api.hubapi.com", "https://api.hubapi.com.example", "https://127.0.0.1", ""]
)
def test_address_where_credentials_do_not_belong_is_refused(base_url: str) -> None:
    with pytest.raises(Misconfigured, match="base_url must be"):
        HubspotConnector.connect(dataclasses.replace(ACCOUNT, base_url=base_url))


@pytest.mark.parametrize("secrets", [{}, {"api_token": ""}, {"webhook_secret": "x", "api_token": " \n"}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="api_token"):
        HubspotConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


def test_settings_never_print_a_secret() -> None:
    connector = HubspotConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
