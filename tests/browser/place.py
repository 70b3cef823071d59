"""A gateway at 127.0.0.1 and help desks at localhost, which browsers take for two sites, and what tests ask of them."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.api.door import OWNER
from tests.browser.desks import in_database
from tests.pages.rows import walk
from tests.pages.steps import Plan

KEY = RSAKey.generate_key(2048)
ANN, STRANGER = "8447388090494", "8447388099999"
SDK = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"
DRAFT = "Hi Marta,\n\nuse {{code}} & <b>come</b> back.\nBest"


@dataclass
class Place:
    """Where everything is. `desk`: the accounts' help desk; `elsewhere`: a site that has no business here."""

    gateway: str
    desk: str
    elsewhere: str
    database_url: str

    def token(self, user: str = ANN, **lies: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.desk,
            "aud": f"{self.desk}/api/v2/apps/installations/1.json",
            "sub": f"{self.desk}/api/v2/users/{user}.json",
            "iat": now,
            "exp": now + 300,
            **lies,
        }
        return jwt.encode({"alg": "RS256"}, claims, KEY)

    def zendesk(self, ticket: str, *, token: str | None = None, at: str | None = None, **more: str) -> str:
        asked = {"app": f"{self.gateway}/sidebar/zen", "ticket": ticket, "token": token or self.token(), **more}
        return f"{at or self.desk}/zendesk.html?{urlencode(asked)}"

    def chatwoot(self, conversation: str) -> str:
        asked = {"app": f"{self.gateway}/sidebar/chat", "conversation": conversation}
        return f"{self.desk}/chatwoot.html?{urlencode(asked)}"

    def draft(self, account: str, ticket: str, text: str = DRAFT) -> int:
        async def made(database: Any) -> int:
            run = await walk(database, Plan(account=account, ticket=ticket, draft=text))
            await database.run("update decision set explanation = explanation - 'approvers'")
            return run

        return in_database(self.database_url, made)

    def reviews(self) -> list[dict[str, Any]]:
        return [dict(row) for row in in_database(self.database_url, lambda base: base.all("select * from review"))]


def declared(place: Place) -> dict[str, Any]:
    entry = {"owner": OWNER, "base_url": place.desk, "allow_private_network": True}
    zen = {"api_token": {"env": "ZEN_TOKEN"}, "app_public_key": {"env": "ZEN_KEY"}}
    return {
        "accounts": {
            "zen": {**entry, "connector": "zendesk", "secrets": zen, "options": {"email": "bot@acme.example"}},
            "chat": {
                **entry,
                "connector": "chatwoot",
                "secrets": {"api_token": {"env": "CHAT_TOKEN"}},
                "options": {"account_id": 1},
            },
        },
        "sign_in": {"picker": True},
        "people": {
            "ann": {"name": "Ann Agent", "ids": {"zen": ANN}},
            "zoe": {"name": "Zoe Zen"},
        },
        "groups": {
            "agents": {"members": ["ann"], "rights": ["agent", "admin"]},
            "zen-only": {"members": ["zoe"], "accounts": ["zen"]},
        },
    }


def app(page: Any) -> Any:
    """Our page in the help desk's frame."""
    return page.frame_locator("iframe[name=app]")


def review(page: Any) -> Any:
    """The review within it."""
    return app(page).frame_locator("#review")


def asked(page: Any, *paths: str) -> list[int]:
    """What our own page in the frame is answered: with the frame's cookie, which is its own."""
    frame = next(one for one in page.frames if "/sidebar/" in one.url)
    return [frame.evaluate("async (path) => (await fetch(path)).status", path) for path in paths]
