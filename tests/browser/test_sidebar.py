"""Our page beside a ticket, in a real browser: framed as the help desks frame it, with their calls played by stand-ins.

The gateway is at 127.0.0.1 and the help desks at localhost, which browsers take for two sites."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from gateway.app import create_app
from tests.api.door import OWNER, environment
from tests.browser.desks import STANDINS, certificate, help_desk, in_database, listener, served
from tests.pages.rows import walk
from tests.pages.steps import Plan

KEY = RSAKey.generate_key(2048)
ANN, STRANGER = "8447388090494", "8447388099999"
SDK = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"
DRAFT = "Hi Marta,\n\nuse {{code}} & <b>come</b> back.\nBest"
LONG = "A" * 400


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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, module_database_url: str, chromium: Any) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("sidebar")
    tls = certificate(folder)
    gateway, desk, elsewhere = listener(), listener(), listener()
    found = Place(
        f"https://127.0.0.1:{gateway.getsockname()[1]}",
        f"https://localhost:{desk.getsockname()[1]}",
        f"https://localhost:{elsewhere.getsockname()[1]}",
        module_database_url,
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "ACME_SECRET": "whsec_dGVzdHM=",
            "ACME_TOKEN": "t",
            "ZEN_TOKEN": "t",
            "CHAT_TOKEN": "t",
            "ZEN_KEY": KEY.as_pem(private=False).decode(),
        }.items():
            patch.setenv(name, value)
        settings = environment(folder, declared=declared(found), public_url=found.gateway)
        app = create_app(settings, module_database_url)
        with served(app, gateway, tls), served(help_desk(), desk, tls), served(help_desk(), elsewhere, tls):
            yield found


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


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A tab of a browser that has never been here. Nothing of it leaves the machine."""
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 900, "height": 800})
    context.set_default_timeout(15_000)
    context.route(re.compile(r"^https://(?!localhost|127\.0\.0\.1)"), lambda route: route.abort())
    context.route(SDK, lambda route: route.fulfill(path=STANDINS / "zaf_sdk.js", content_type="text/javascript"))
    yield context.new_page()
    context.close()


def app(page: Any) -> Any:
    """Our page in the help desk's frame."""
    return page.frame_locator("iframe[name=app]")


def review(page: Any) -> Any:
    """The review within it."""
    return app(page).frame_locator("#review")


class TestZendesk:
    def test_the_signed_token_opens_the_tickets_draft_for_that_agent_and_insert_lands_in_the_composer(
        self, page: Any, place: Place
    ) -> None:
        place.draft("zen", "4411")

        page.goto(place.zendesk("4411"))
        review(page).get_by_role("button", name="Insert into the reply").click()
        review(page).get_by_text("Inserted into the reply").wait_for()

        assert page.locator("#kind").input_value() == "publicReply"
        assert page.locator("#composer b").count() == 0
        told = page.locator("#composer").inner_text()
        assert "use {\u200a{code}} & <b>come</b> back.\nBest" in told

    def test_what_is_said_there_is_kept_as_said_in_the_sidebar_by_that_agent_and_stays_in_the_sidebar(
        self, page: Any, place: Place
    ) -> None:
        run = place.draft("zen", "4412")

        page.goto(place.zendesk("4412"))
        review(page).get_by_role("button", name="Hold").click()
        review(page).get_by_text("Held. The deadline still runs.").wait_for()
        review(page).get_by_role("button", name="Approve and send").click()
        review(page).get_by_text("Approved by ann; it is being sent").wait_for()

        said = [one for one in place.reviews() if one["run_id"] == run]
        assert [(one["act"], one["by"], one["via"]) for one in said] == [
            ("hold", "ann", "sidebar"),
            ("approve", "ann", "sidebar"),
        ]
        inner = next(frame for frame in page.frames if "/review/" in frame.url)
        assert "aside=1" in inner.url

    def test_320_pixels_are_enough(self, page: Any, place: Place) -> None:
        place.draft("zen", "4413", f"Hi,\n\n{LONG}")

        page.goto(place.zendesk("4413"))
        review(page).get_by_role("button", name="Approve and send").wait_for()

        for frame in page.frames[1:]:
            assert frame.evaluate("innerWidth") <= 320
            assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth"), frame.url

    def test_an_agent_whom_nobody_declared_acts_on_this_account_alone(self, page: Any, place: Place) -> None:
        place.draft("zen", "4414")
        run = place.draft("chat", "4414")

        page.goto(place.zendesk("4414", token=place.token(STRANGER)))
        review(page).get_by_role("button", name="Approve and send").wait_for()
        statuses = asked(page, f"/review/{run}", "/review/ticket/chat/4414?aside=1", "/dead", "/pause")

        assert statuses == [404, 404, 403, 403]

    def test_the_help_desks_word_is_worth_no_more_than_drafts_even_for_an_admin(self, page: Any, place: Place) -> None:
        run = place.draft("chat", "4415")
        place.draft("zen", "4415")

        page.goto(place.zendesk("4415"))
        review(page).get_by_role("button", name="Approve and send").wait_for()

        assert asked(page, "/pause", "/dead", f"/review/{run}") == [403, 403, 404]

    @pytest.mark.parametrize("lie", [{"exp": 1}, {"iss": "https://evil.zendesk.com"}, {"sub": "x"}])
    def test_a_token_that_lies_shows_no_draft_and_says_why(self, page: Any, place: Place, lie: dict[str, Any]) -> None:
        place.draft("zen", "4416")

        page.goto(place.zendesk("4416", token=place.token(**lie)))

        app(page).get_by_text("The help desk does not tell who you are").wait_for()
        assert app(page).get_by_role("button", name="Sign in").is_visible()
        assert len(page.frames) < 4
        assert not any("/review/" in frame.url for frame in page.frames)

    def test_what_zendesk_refuses_is_told_and_the_text_stays(self, page: Any, place: Place) -> None:
        place.draft("zen", "4417")

        page.goto(place.zendesk("4417", refuse="ticket.editor.insert"))
        review(page).get_by_role("button", name="Insert into the reply").click()

        review(page).get_by_text("Not inserted: Zendesk says: not allowed here").wait_for()
        assert "Best" in review(page).locator("#text").input_value()
        assert page.locator("#composer").inner_text() == ""

    def test_a_ticket_without_a_draft_says_so_and_becomes_the_review_by_itself(self, page: Any, place: Place) -> None:
        page.goto(place.zendesk("4418"))
        review(page).get_by_role("heading", name="No draft yet").wait_for()

        place.draft("zen", "4418")

        review(page).get_by_role("button", name="Approve and send").wait_for()

    def test_a_page_of_another_origin_cannot_frame_it(self, page: Any, place: Place) -> None:
        run = place.draft("zen", "4419")

        page.goto(place.zendesk("4419", at=place.elsewhere))
        page.wait_for_function("frames.app.length === 0")
        page.evaluate(FRAMES, [f"{place.gateway}/sidebar/zen", f"{place.gateway}/review/{run}?aside=1"])
        page.wait_for_function("document.querySelectorAll('iframe.tried[data-loaded]').length === 2")

        assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"] * 3


class TestChatwoot:
    def test_whoever_chatwoot_calls_the_agent_is_nobody_until_they_sign_in(self, page: Any, place: Place) -> None:
        place.draft("chat", "51")

        page.goto(place.chatwoot("51"))
        app(page).get_by_role("button", name="Sign in").wait_for()

        assert not any("/review/" in frame.url for frame in page.frames)

    def test_a_sign_in_in_a_window_reaches_the_frame_and_the_window_closes(self, page: Any, place: Place) -> None:
        run = place.draft("chat", "52")

        page.goto(place.chatwoot("52"))
        with page.expect_popup() as opened:
            app(page).get_by_role("button", name="Sign in").click()
        window = opened.value
        window.get_by_role("button", name="Ann Agent").click()
        review(page).get_by_role("button", name="Hold").click()
        review(page).get_by_text("Held. The deadline still runs.").wait_for()

        assert window.is_closed()
        assert [(one["by"], one["via"]) for one in place.reviews() if one["run_id"] == run] == [("ann", "sidebar")]

    def test_a_session_of_another_window_is_none_of_the_frames_until_it_is_handed_over(
        self, page: Any, place: Place
    ) -> None:
        place.draft("chat", "53")
        page.goto(f"{place.gateway}/sign-in?next=/runs")
        page.get_by_role("button", name="Ann Agent").click()
        page.get_by_role("heading", name="Runs").wait_for()

        page.goto(place.chatwoot("53"))
        with page.expect_popup():
            app(page).get_by_role("button", name="Sign in").click()

        review(page).get_by_role("button", name="Approve and send").wait_for()
        cookies = [one for one in page.context.cookies() if one["name"] == "__Host-countersign"]
        assert sorted(bool(one.get("partitionKey")) for one in cookies) == [True, True]
        assert len({one["partitionKey"] for one in cookies}) == 2

    def test_a_window_that_lost_its_frame_shows_a_code_that_works_in_that_frame_alone(
        self, page: Any, place: Place
    ) -> None:
        place.draft("chat", "54")
        page.goto(place.chatwoot("54"))
        with page.expect_popup() as opened:
            app(page).get_by_role("button", name="Sign in").click()
        address = opened.value.url
        opened.value.wait_for_url("**/sign-in?next=**")
        address = opened.value.url
        opened.value.close()
        alone = page.context.new_page()
        alone.goto(address)
        alone.get_by_role("button", name="Ann Agent").click()
        code = alone.get_by_label("Code").input_value()

        other = page.context.new_page()
        other.goto(place.chatwoot("54"))
        other.frame_locator("iframe[name=app]").get_by_role("button", name="Sign in").wait_for()
        stolen = next(frame for frame in other.frames if "/sidebar/" in frame.url)
        assert stolen.evaluate(TAKES_OVER, code) == 401
        app(page).get_by_label("If it stays open").fill(code)
        app(page).get_by_role("button", name="Go on").click()

        review(page).get_by_role("button", name="Approve and send").wait_for()

    def test_somebody_of_another_account_sees_no_draft_of_this_one(self, page: Any, place: Place) -> None:
        place.draft("chat", "55")

        page.goto(place.chatwoot("55"))
        with page.expect_popup() as opened:
            app(page).get_by_role("button", name="Sign in").click()
        opened.value.get_by_role("button", name="Zoe Zen").click()
        opened.value.wait_for_event("close")

        app(page).get_by_role("button", name="Sign in").wait_for()
        assert asked(page, "/review/ticket/chat/55?aside=1") == [404]

    def test_the_reply_is_copied_because_nothing_writes_into_chatwoots_composer(self, page: Any, place: Place) -> None:
        place.draft("chat", "56", "Hi,\n\nplease try again.")
        page.goto(place.chatwoot("56"))
        with page.expect_popup() as opened:
            app(page).get_by_role("button", name="Sign in").click()
        opened.value.get_by_role("button", name="Ann Agent").click()

        review(page).get_by_role("button", name="Copy the reply").click()
        review(page).get_by_text("Copied. Paste it into the reply.").wait_for()
        assert review(page).get_by_role("button", name="Insert into the reply").count() == 0
        page.locator("#composer").focus()
        page.keyboard.press("Control+V")

        assert page.locator("#composer").input_value().startswith("Hi,\n\nplease try again.")


FRAMES = """(addresses) => addresses.forEach((address) => {
  const frame = Object.assign(document.createElement("iframe"), { src: address, className: "tried" });
  frame.addEventListener("load", () => { frame.dataset.loaded = "yes"; });
  document.body.append(frame);
})"""
TAKES_OVER = """async (code) => (await fetch("/sign-in/frame", {
  method: "POST", body: new URLSearchParams({ code, secret: "a guess of somebody else" }),
})).status"""


def asked(page: Any, *paths: str) -> list[int]:
    """What our own page in the frame is answered: with the frame's cookie, which is its own."""
    frame = next(one for one in page.frames if "/sidebar/" in one.url)
    return [frame.evaluate("async (path) => (await fetch(path)).status", path) for path in paths]
