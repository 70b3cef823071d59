"""A mistake in the configuration is told before any call, and without telling a secret."""

import dataclasses
from typing import Any

import pytest

from connectors.errors import Misconfigured
from connectors.intercom.connector import IntercomConnector
from tests.connectors.intercom.desk import ACCOUNT


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"integration_user_id": True}, "integration_user_id must be a number"),
        ({"integration_user_id": "ann"}, "integration_user_id must be a number"),
        ({"workspace_id": 7}, "workspace_id must be the workspace's id"),
        ({"workspace_id": "a b"}, "workspace_id must be the workspace's id"),
        ({"priority_attribute": " "}, "priority_attribute must be the name"),
        ({"priority_attribute": ["Priority"]}, "priority_attribute must be the name"),
        ({"priority_tags": {"normal": "x"}}, "priority_tags must give names"),
        ({"workspace": "a86dr8yl"}, "unknown options workspace"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        IntercomConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.intercom.io",
        "https://api.intercom.io.example",
        "https://127.0.0.1",
        "https://u:p@api.intercom.io",
        "",
    ],
)
def test_address_where_credentials_do_not_belong_is_refused(base_url: str) -> None:
    with pytest.raises(Misconfigured, match="base_url must be one of"):
        IntercomConnector.connect(dataclasses.replace(ACCOUNT, base_url=base_url))


@pytest.mark.parametrize("secrets", [{}, {"api_token": ""}, {"webhook_secret": "x", "api_token": " \n"}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="api_token"):
        IntercomConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


def test_settings_never_print_a_secret() -> None:
    connector = IntercomConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
