"""The review page in a real browser: two people at once, a customer who writes meanwhile, and lost networks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, until

SLOW = 20_000  # ms


@pytest.fixture(scope="module")
def house(chromium: Any, tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    try:
        yield built.start()
    finally:
        built.stop()


@pytest.fixture
def windows(chromium: Any, house: House) -> Iterator["Windows"]:
    made = Windows(chromium, f"http://127.0.0.1:{house.web_port}")
    yield made
    made.close()


class Windows:
    """Browsers of several people, each with its own cookies."""

    def __init__(self, chromium: Any, base: str) -> None:
        self._chromium, self._base = chromium, base
        self._contexts: list[Any] = []

    def of(self, person: str, width: int = 1280) -> Any:
        """A page of somebody who has signed in."""
        context = self._chromium.new_context(base_url=self._base, viewport={"width": width, "height": 900})
        context.set_default_timeout(SLOW)
        self._contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_role("button", name=re.compile(person)).click()
        page.wait_for_url("**/")
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def news(page: Any) -> Any:
    return page.locator(".news")


def test_a_draft_is_approved_with_the_keyboard_alone(house: House, windows: Windows) -> None:
    ticket, _ = house.reviewed()
    page = windows.of("Ann")

    page.locator(f'a.row[href*="/review/"]:near(:text("#{ticket}"))').first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#text")
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.press("Control+Home")
    page.keyboard.type("Good morning!\n\n")
    page.keyboard.press("Control+Enter")

    page.wait_for_url("**done=approve**")
    until(lambda: house.written(ticket, "public"), "the reply is out")
    assert house.written(ticket, "public")[0].startswith("Good morning!")
    page.get_by_text("This draft was sent.").wait_for()
    (review,) = house.rows("select reading_ms, edited from review where ticket_id = %s", ticket)
    assert review["edited"]
    assert 0 < review["reading_ms"] < 60_000


def test_of_two_people_one_wins_and_the_other_is_told_who(house: House, windows: Windows) -> None:
    ticket, run = house.reviewed()
    ann, lea = windows.of("Ann"), windows.of("Lea")
    ann.goto(f"/review/{run}")
    lea.goto(f"/review/{run}")
    lea.locator("#text").fill("My own words, which must not get lost.")

    ann.get_by_role("button", name="Approve and send").click()
    ann.wait_for_url("**done=approve**")

    news(lea).get_by_text("ann approved this draft").or_(news(lea).get_by_text("This draft was sent")).first.wait_for()
    assert lea.locator("#approve").is_disabled()
    assert lea.locator("#text").input_value() == "My own words, which must not get lost."
    until(lambda: house.written(ticket, "public"), "the reply is out")
    assert len(house.written(ticket, "public")) == 1


def test_a_customer_who_writes_is_told_of_at_once_and_the_newer_draft_is_a_click_away(
    house: House, windows: Windows
) -> None:
    ticket, run = house.reviewed()
    page = windows.of("Ann")
    page.goto(f"/review/{run}")

    house.say(ticket, "One more thing: how do I return it?")

    news(page).get_by_text("This ticket has a newer draft.").wait_for()
    news(page).get_by_role("button", name="Open it").click()
    page.wait_for_url(re.compile(rf"/review/(?!{run}\b)\d+"))
    assert "how do I return it?" in page.locator("#thread").inner_text()


def test_without_a_network_nothing_is_sent_and_what_was_typed_survives_even_a_reload(
    house: House, windows: Windows
) -> None:
    ticket, run = house.reviewed()
    page = windows.of("Ann")
    page.goto(f"/review/{run}")
    page.locator("#text").fill("Typed with care.")
    page.context.set_offline(True)

    page.get_by_role("button", name="Approve and send").click()
    news(page).get_by_text("Not sent: there is no connection.").wait_for()
    page.context.set_offline(False)
    page.reload()

    assert page.locator("#text").input_value() == "Typed with care."
    news(page).get_by_text("Your unsent text is back in the editor.").wait_for()
    page.get_by_role("button", name="Approve and send").click()
    page.wait_for_url("**done=approve**")
    until(lambda: house.written(ticket, "public") == ["Typed with care."], "the reply is out")


def test_a_double_click_and_the_back_button_send_once(house: House, windows: Windows) -> None:
    ticket, run = house.reviewed()
    page = windows.of("Ann")
    page.goto(f"/review/{run}")

    page.get_by_role("button", name="Approve and send").dblclick()
    page.wait_for_url("**done=approve**")
    until(lambda: house.written(ticket, "public"), "the reply is out")
    page.go_back()
    page.goto(f"/review/{run}")

    assert page.locator("#approve").count() == 0
    assert len(house.written(ticket, "public")) == 1
    assert len(house.rows("select 1 from review where ticket_id = %s", ticket)) == 1


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_is_wider_than_the_page_and_every_field_has_a_name(house: House, windows: Windows, width: int) -> None:
    _, run = house.reviewed()
    page = windows.of("Ann", width)
    for path in (f"/review/{run}", f"/review/{run}?aside=1", "/", "/runs", f"/runs/{run}"):
        page.goto(path)

        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        nameless = page.evaluate(
            """[...document.querySelectorAll("input:not([type=hidden]), textarea, select, button")]
               .filter((one) => !(one.labels && one.labels.length) && !one.textContent.trim() && !one.ariaLabel)
               .map((one) => one.outerHTML)"""
        )
        assert nameless == [], path


def test_words_stand_out_from_their_ground_in_light_and_in_dark(house: House, windows: Windows) -> None:
    _, run = house.reviewed()
    for scheme in ("light", "dark"):
        page = windows.of("Ann")
        page.emulate_media(color_scheme=scheme)
        page.goto(f"/review/{run}")

        faint = page.evaluate(CONTRAST)

        assert faint == [], scheme


# Every text against the nearest ground behind it: at least 4.5 to 1, as WCAG 2.2 AA wants for text of usual size.
CONTRAST = """() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((one) => {
      const c = one / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|transparent/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("main *")]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((one) => one.getClientRects().length && !one.closest(":disabled"))
    .map((one) => {
      const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), one.tagName + "." + one.className + ": " + one.textContent.trim().slice(0, 40)];
    })
    .filter(([ratio]) => ratio < 4.5)
    .map(([ratio, what]) => `${ratio.toFixed(2)} ${what}`);
}"""
