"""Our page beside a ticket whose help desk signs who looks: framed as there, the calls of its library played here."""

from typing import Any

import pytest

from tests.browser.place import STRANGER, Place, app, asked, review

LONG = "A" * 400
FRAMES = """(addresses) => addresses.forEach((address) => {
  const frame = Object.assign(document.createElement("iframe"), { src: address, className: "tried" });
  frame.addEventListener("load", () => { frame.dataset.loaded = "yes"; });
  document.body.append(frame);
})"""


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

        # A frame tells that it was loaded before the page's driver hears of its address.
        for _ in range(100):
            urls = [frame.url for frame in page.frames[1:]]
            if all(urls):
                break
            page.wait_for_timeout(100)
        assert urls == ["chrome-error://chromewebdata/"] * 3
