"""An account that cannot work is refused before any call, in words that say what to do."""

import dataclasses
from typing import Any

import pytest

from connectors.contract import Account, Capability
from connectors.errors import Misconfigured
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.desk import ACCOUNT


def account(secrets: dict[str, str] | None = None, **options: Any) -> Account:
    """The account of the tests, with other options or secrets; None takes an option away."""
    merged = {key: value for key, value in {**ACCOUNT.options, **options}.items() if value is not None}
    return dataclasses.replace(ACCOUNT, options=merged, secrets=ACCOUNT.secrets if secrets is None else secrets)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"user": None}, "options.user"),
        ({"user": "42"}, "login name"),
        ({"user": "a/b"}, "options.user"),
        ({"queues": None}, "options.queues"),
        ({"queues": "Support"}, "options.queues"),
        ({"queues": []}, "options.queues"),
        ({"tags_field": 7}, "options.tags_field"),
        ({"priorities": {"hihg": 3}}, "options.priorities"),
        ({"priorities": {"high": "3"}}, "options.priorities"),
        ({"statuses": {"open": 3}}, "options.statuses"),
        ({"replies": "no"}, "options.replies"),
        ({"articles": {"FAQ": True}}, "options.articles"),
        ({"quues": ["Support"]}, "unknown options quues"),
    ],
)
def test_an_option_that_cannot_work_is_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        RequestTrackerConnector.connect(account(**options))


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({}, "api_token, or password"),
        ({"api_token": "t", "webhook_secret": "not base64!"}, "whsec_ and base64"),
        ({"api_token": "t", "webhook_secret": "whsec_c2hvcnQ="}, "too short"),
    ],
)
def test_a_secret_that_cannot_work_is_named_and_not_told(secrets: dict[str, str], said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as caught:
        RequestTrackerConnector.connect(account(secrets))

    assert not [secret for secret in secrets.values() if secret in str(caught.value).split()]


def test_what_the_account_does_without_is_no_capability() -> None:
    connector = RequestTrackerConnector.connect(account({"password": "p"}, replies=False, routing=False, articles=None))

    assert connector.capabilities == {
        Capability.INTERNAL_NOTE,
        Capability.MARKS,
        Capability.HISTORY,
        Capability.FILES,
        Capability.POLLING,
    }
