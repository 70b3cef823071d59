"""An account that cannot work is refused before any call, in words that say what to do."""

import dataclasses
from typing import Any

import pytest

from connectors.contract import Account, Capability
from connectors.errors import Misconfigured
from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.salesforce.desk import ACCOUNT


def account(secrets: dict[str, str] | None = None, **options: Any) -> Account:
    """The account of the tests, with other secrets or options; None takes an option away."""
    merged = {key: value for key, value in {**ACCOUNT.options, **options}.items() if value is not None}
    return dataclasses.replace(ACCOUNT, options=merged, secrets={**ACCOUNT.secrets, **(secrets or {})})


@pytest.mark.parametrize(
    "base_url",
    [
        "https://evil.example",
        "https://acme.my.salesforce.com.evil.example",
        "https://acme.my.salesforce.com@evil.example",
        "https://evil.example/acme.my.salesforce.com",
        "https://a.b.c.my.salesforce.com",
        "https://-acme.my.salesforce.com",
        "https://acme.my.salesforce.com:8443",
        "https://acme.my.salesforce.com/services",
        "http://acme.my.salesforce.com",
        "https://my.salesforce.com",
        "https://[acme",
        "",
    ],
)
def test_credentials_go_to_a_my_domain_and_nowhere_else(base_url: str) -> None:
    with pytest.raises(Misconfigured, match="My Domain"):
        SalesforceConnector.connect(dataclasses.replace(ACCOUNT, base_url=base_url))


def test_a_sandbox_has_one_part_more() -> None:
    sandbox = dataclasses.replace(ACCOUNT, base_url="https://acme--test.sandbox.my.salesforce.com")

    assert SalesforceConnector.connect(sandbox)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"mark_field": None}, "needs options.mark_field"),
        ({"mark_field": "Id FROM User"}, "API name of a custom field"),
        ({"tags_field": "Subject"}, "API name of a custom field"),
        ({"from_address": "support"}, "organization-wide"),
        ({"replies": "no"}, "options.replies must be true or false"),
        ({"priorities": {"hihg": "High"}}, "options.priorities"),
        ({"statuses": {"open": 3}}, "options.statuses"),
        ({"integration_user_id": "5005g00000AbCdEAAV"}, "id of a user"),
        ({"article_fields": ["Answer"]}, "options.article_fields"),
        ({"article_languages": ["en_US' OR Id != null"]}, "options.article_languages"),
        ({"public_url": 7}, "options.public_url"),
        ({"email_draft": True}, "unknown options email_draft"),
    ],
)
def test_an_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        SalesforceConnector.connect(account(**options))


@pytest.mark.parametrize(
    ("secrets", "told"),
    [
        ({"client_id": " "}, "client_id and client_secret"),
        ({"client_secret": ""}, "client_id and client_secret"),
        ({"webhook_secret": "not base64!"}, "whsec_ and base64"),
    ],
)
def test_a_secret_that_cannot_work_is_named_and_not_told(secrets: dict[str, str], told: str) -> None:
    with pytest.raises(Misconfigured, match=told) as caught:
        SalesforceConnector.connect(account(secrets))

    assert "not base64!" not in str(caught.value)


def test_what_the_account_does_without_is_no_capability() -> None:
    connector = SalesforceConnector.connect(
        account({"webhook_secret": ""}, email_drafts=False, from_address=None, routing=False, article_fields=None)
    )

    assert connector.capabilities == {
        Capability.INTERNAL_NOTE,
        Capability.MARKS,
        Capability.HISTORY,
        Capability.POLLING,
    }


def test_an_account_never_prints_a_secret() -> None:
    connector = SalesforceConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
