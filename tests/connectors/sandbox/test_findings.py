"""What `check` tells beyond a missing right."""

import pytest

from connectors.contract import Account
from connectors.errors import Misconfigured, Unavailable
from connectors.sandbox.connector import SandboxConnector
from connectors.sandbox.findings import findings_of
from tests.connectors.sandbox.conftest import SECRET

IN_ORDER = {
    "user": {"type": "integration", "id": "bot-demo"},
    "brand": "demo",
    "rights": ["tickets:read", "tickets:change", "notes:write", "replies:write", "articles:read"],
    "webhook": {"url": "https://gateway.example/webhooks/demo", "signed": True},
}


def not_ok(told: object) -> list[str]:
    return [finding.subject for finding in findings_of(told) if not finding.ok]


def test_agents_token_is_refused_as_the_integrations() -> None:
    assert not_ok({**IN_ORDER, "user": {"type": "agent", "id": "agent-emma"}}) == ["token"]


def test_brand_without_webhooks_is_told() -> None:
    assert not_ok({**IN_ORDER, "webhook": None}) == ["webhook"]


def test_everything_in_order_says_where_events_go() -> None:
    assert not_ok(IN_ORDER) == []
    assert "https://gateway.example/webhooks/demo" in findings_of(IN_ORDER)[-1].detail


@pytest.mark.parametrize("told", [None, [], {"user": "bot"}, {**IN_ORDER, "rights": None}])
def test_answer_of_another_shape_is_no_answer(told: object) -> None:
    with pytest.raises(Unavailable):
        findings_of(told)


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({"api_token": "t"}, "webhook_secret is missing"),
        ({"webhook_secret": SECRET}, "api_token is missing"),
        ({"webhook_secret": SECRET, "api_token": " "}, "api_token is missing"),
        ({"webhook_secret": "whsec_not base64", "api_token": "t"}, "expected whsec_ and base64"),
        ({"webhook_secret": f"{SECRET},whsec_", "api_token": "t"}, "expected whsec_ and base64"),
        ({"webhook_secret": "whsec_c2hvcnQ=", "api_token": "t"}, "too short"),
        ({"webhook_secret": " , ", "api_token": "t"}, "webhook_secret is missing"),
    ],
)
def test_account_that_cannot_work_is_misconfigured_and_says_why(secrets: dict[str, str], said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as caught:
        SandboxConnector.connect(Account("demo", "https://desk.example", secrets))

    assert SECRET not in str(caught.value)


async def test_drafts_are_native_only_where_the_account_says_so() -> None:
    secrets = {"webhook_secret": SECRET, "api_token": "t"}
    plain = SandboxConnector.connect(Account("demo", "https://desk.example", secrets))
    native = SandboxConnector.connect(Account("demo", "https://desk.example", secrets, {"native_drafts": True}))

    assert native.capabilities - plain.capabilities == {"native_draft"}
    await plain.close()
    await native.close()
