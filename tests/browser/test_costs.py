"""The page of costs in a real browser: pointing at bars, the keyboard, a narrow window, and whether it can be read."""

from typing import Any

import pytest

from tests.browser.desks import in_database
from tests.browser.place import Place
from tests.pages.costs import UNKNOWN, ticket, usd

READABLE, SEEN = 4.5, 3.0  # WCAG 2.2 AA: of text, and of what a picture is understood by
CONTRAST = """
([what, property]) => {
  const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const light = (colour) => numbers(colour).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((numbers(colour)[3] ?? 1) === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll(what)].map((element) => {
    const [a, b] = [getComputedStyle(element)[property], behind(element.closest("svg") ?? element)].map(light);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  });
}
"""


@pytest.fixture(scope="module")
def filled(place: Place) -> Place:
    """A week of calls to eight models, one of them without a price."""

    async def made(database: Any) -> None:
        for day in range(7):
            calls = [usd("0.01", f"model-{at}") for at in range(8)]
            await ticket(database, f"{day}", [*calls, UNKNOWN], days=day, account="zen", queue="billing")

    in_database(place.database_url, made)
    return place


@pytest.fixture
def costs(page: Any, filled: Place) -> Any:
    page.goto(f"{filled.gateway}/costs?period=7d")
    return page


def test_whoever_points_at_a_bar_is_told_its_day_model_and_money(costs: Any) -> None:
    bar = costs.locator("#spend .chart rect:not(.day)").first
    bar.hover()

    under = bar.evaluate(
        """(bar) => {
          const box = bar.getBoundingClientRect();
          const found = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return found.querySelector("title")?.textContent ?? "";
        }"""
    )

    assert "model-" in under
    assert "USD" in under


def test_a_picture_is_named_and_its_table_opens_with_the_keyboard(costs: Any) -> None:
    picture = costs.get_by_role("img", name="Spend by day")
    assert "The table below has every number" in picture.get_attribute("aria-label")
    assert not costs.locator("#spend table").is_visible()

    costs.locator("#spend summary").focus()
    costs.keyboard.press("Enter")

    costs.locator("#spend table").wait_for(state="visible")
    assert costs.locator("#spend tbody tr").count() == 7
    costs.keyboard.press("Tab")
    assert costs.evaluate("document.activeElement.getAttribute('role')") == "region"  # scrolls with the arrow keys


def test_a_filter_and_a_download_need_no_script(costs: Any) -> None:
    costs.locator("select[name=model]").select_option("model-3")
    costs.get_by_role("button", name="Show").click()
    costs.wait_for_url("**model=model-3**")

    with costs.expect_download() as caught:
        costs.get_by_label("Spend by day as CSV").click()

    assert caught.value.suggested_filename == "costs-spend-7d.csv"
    text = caught.value.path().read_text()
    assert "model-3" in text
    assert "model-4" not in text


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(costs: Any, width: int) -> None:
    costs.set_viewport_size({"width": width, "height": 800})
    for summary in costs.locator("main summary").all():
        summary.click()

    assert costs.evaluate("document.documentElement.scrollWidth") <= width
    assert costs.evaluate("[...document.querySelectorAll('.chart')].every((one) => one.clientWidth > 150)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_colours_stand_out_from_the_paper(costs: Any, scheme: str) -> None:
    costs.emulate_media(color_scheme=scheme)
    for what, property_, least in (
        ("main p, main dt, main dd, main li, main th, main td, main a, main summary, main .minor", "color", READABLE),
        (".plot text", "fill", READABLE),
        (".legend rect:not(.unpriced), .plot rect:not(.day, .unpriced), .plot circle, .budget .used", "fill", SEEN),
        (".plot .unpriced", "stroke", SEEN),
    ):
        ratios = costs.evaluate(CONTRAST, [what, property_])
        assert ratios, what
        assert min(ratios) >= least, (what, min(ratios))
