"""An account that cannot work is refused before any call, in words that say what to do."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Capability
from connectors.errors import Misconfigured
from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.servicenow.desk import ACCOUNT, TICKET, ServiceNowDesk


def account(secrets: dict[str, str] | None = None, **options: Any) -> Account:
    """The account of the tests, with other secrets or options; None takes an option away."""
    merged = {key: value for key, value in {**ACCOUNT.options, **options}.items() if value is not None}
    return dataclasses.replace(ACCOUNT, options=merged, secrets={**ACCOUNT.secrets, **(secrets or {})})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"user": None}, "options.user"),
        ({"user": "a^ORuser_name=b"}, "options.user"),
        ({"table": "change_request"}, "options.table must be one of incident, sn_customerservice_case"),
        ({"tags_field": "u_tags,sys_id"}, "options.tags_field"),
        ({"states": {"opne": "2"}}, "options.states"),
        ({"states": {"open": 2}}, "options.states"),
        ({"state_fields": {"solved": "close_code"}}, "options.state_fields"),
        ({"state_fields": {"solved": {"close code": "x"}}}, "options.state_fields"),
        ({"replies": "no"}, "options.replies"),
        ({"knowledge_bases": {"IT": "public"}}, "options.knowledge_bases"),
        ({"knowledge_bases": {"0" * 32: True}}, "options.knowledge_bases"),
        ({"usr": "x"}, "unknown options usr"),
    ],
)
def test_an_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        ServiceNowConnector.connect(account(**options))


@pytest.mark.parametrize(
    ("secrets", "told"),
    [({"password": " "}, "password, or api_key"), ({"webhook_secret": "not base64!"}, "whsec_ and base64")],
)
def test_a_secret_that_cannot_work_is_named_and_not_told(secrets: dict[str, str], told: str) -> None:
    with pytest.raises(Misconfigured, match=told) as caught:
        ServiceNowConnector.connect(account(secrets))

    assert "not base64!" not in str(caught.value)


def test_what_the_account_does_without_is_no_capability() -> None:
    connector = ServiceNowConnector.connect(
        account({"webhook_secret": ""}, replies=False, routing=False, knowledge_bases=None)
    )

    assert connector.capabilities == {
        Capability.INTERNAL_NOTE,
        Capability.MARKS,
        Capability.HISTORY,
        Capability.POLLING,
    }


async def test_a_key_takes_the_place_of_a_password(desk: ServiceNowDesk, calls: CallList) -> None:
    connector = ServiceNowConnector.connect(account({"api_key": "a-key"}))
    await connector.check()
    await connector.close()

    assert calls[0].request.headers["x-sn-apikey"] == "a-key"
    assert "authorization" not in calls[0].request.headers
    assert TICKET in desk.records


def test_an_account_never_prints_a_secret() -> None:
    connector = ServiceNowConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
