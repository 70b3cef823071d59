"""Our page beside a ticket whose help desk proves nothing: people sign in in a window, for the frame that opened it."""

from typing import Any

from tests.browser.place import Place, app, asked, review

TAKES_OVER = """async (code) => (await fetch("/sign-in/frame", {
  method: "POST", body: new URLSearchParams({ code, secret: "a guess of somebody else" }),
})).status"""


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
