"""Who opens the app beside a ticket, by the token that Zendesk signs."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import httpx
import pytest

from connectors.contract import Capability
from connectors.errors import Misconfigured, SignatureInvalid
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.sidebar import KEY, PUBLIC, SidebarPromises, opening
from tests.connectors.zendesk.desk import ACCOUNT

DESK = ACCOUNT.base_url
AGENT = "8447388090494"
INSTALLATION = f"{DESK}/api/v2/apps/installations/4711.json"


class TestZendeskSidebar(SidebarPromises):
    connector_class = ZendeskConnector
    account = dataclasses.replace(
        ACCOUNT,
        secrets={**ACCOUNT.secrets, "app_public_key": f"{PUBLIC}\n"},
        options={**ACCOUNT.options, "app_installation_id": 4711},
    )
    agent_id = AGENT
    needed = ("aud", "sub", "iss", "iat", "exp")
    lies: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "another installation": {"aud": f"{DESK}/api/v2/apps/installations/4712.json"},
        "one that begins the same": {"aud": f"{DESK}/api/v2/apps/installations/47110.json"},
        "another account's": {"aud": "https://evil.zendesk.com/api/v2/apps/installations/4711.json"},
        "a host that ends the same": {"aud": f"https://evil-{DESK[8:]}/api/v2/apps/installations/4711.json"},
        "a host with a dot that is none": {"aud": INSTALLATION.replace(".", "x", 1)},
        "several audiences": {"aud": [INSTALLATION, "https://evil.zendesk.com"]},
        "of another Zendesk": {"iss": "evil.zendesk.com"},
        "of another scheme": {"iss": f"http://{DESK[8:]}"},
        "a user of another Zendesk": {"sub": f"https://evil.zendesk.com/api/v2/users/{AGENT}.json"},
        "no user": {"sub": f"{DESK}/api/v2/users/me.json"},
        "a group": {"sub": f"{DESK}/api/v2/groups/1.json"},
        "a list of users": {"sub": [AGENT]},
        "a time that is none": {"exp": "tomorrow"},
        "a truth for a time": {"exp": True},
        "no number for a time": {"iat": float("nan")},
    }

    def answer(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"nobody is asked who looks, but: {request.url}")

    def claims(self, at: datetime) -> dict[str, Any]:
        now = int(at.timestamp())
        return {
            "iss": DESK.removeprefix("https://"),
            "aud": INSTALLATION,
            "sub": f"{DESK}/api/v2/users/{AGENT}.json",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "context": {"product": "support", "location": "ticket_sidebar"},
        }

    async def test_any_installation_of_the_account_will_do_where_none_is_declared(self) -> None:
        connector = ZendeskConnector.connect(
            dataclasses.replace(self.account, options=ACCOUNT.options, allow_private_network=True)
        )

        agent = await connector.identify(opening(self.token(aud=f"{DESK}/api/v2/apps/installations/9.json")))
        with pytest.raises(SignatureInvalid):
            await connector.identify(
                opening(self.token(aud="https://evil.zendesk.com/api/v2/apps/installations/9.json"))
            )

        assert agent.id == AGENT
        await connector.close()

    async def test_without_the_key_nobody_is_believed_and_the_page_is_told_so(self) -> None:
        connector = ZendeskConnector.connect(ACCOUNT)

        assert Capability.SIDEBAR in connector.capabilities
        assert Capability.SIGNED_SIDEBAR not in connector.capabilities
        with pytest.raises(SignatureInvalid, match="app_public_key"):
            await connector.identify(opening(self.token()))
        await connector.close()


@pytest.mark.parametrize(
    "key", ["x", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", KEY.as_pem(private=True).decode()]
)
def test_a_key_that_is_none_or_should_not_be_here_is_named(key: str) -> None:
    account = dataclasses.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "app_public_key": key})

    with pytest.raises(Misconfigured, match="public RSA key") as error:
        ZendeskConnector.connect(account)

    assert key not in str(error.value)
