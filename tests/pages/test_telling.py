"""How times, links and texts are told."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.pages import telling

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(seconds=1), "just now"),
        (timedelta(seconds=42), "42 s ago"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=12), "12 days ago"),
        (timedelta(days=400), "2025-09-27"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_times_are_relative_to_now(ago: timedelta, told: str) -> None:
    assert telling.relative(NOW - ago, NOW) == told


def test_a_time_carries_the_exact_one() -> None:
    markup = telling.moment("2026-11-01T11:00:00+02:00", NOW)

    assert 'title="2026-11-01 09:00:00 UTC"' in markup


@pytest.mark.parametrize("at", [None, "", "soon", "2026-13-01"])
def test_a_time_that_nobody_knows_is_called_unknown(at: str | None) -> None:
    assert "not known" in telling.moment(at, NOW)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "ftp://x",
        "http:",
        "",
        None,
        5,
        "https://[",
        "x" * 9000,
    ],
)
def test_other_addresses_are_no_links(url: object) -> None:
    assert telling.link(url) is None


def test_placeholders_stand_out_and_everything_else_is_escaped() -> None:
    told = telling.text("Hi <PERSON_1>, <b>see</b> [1] [9] <MASKED> <made_up_1>", {1})

    assert '<span class="masked" title="masked before the model saw it">PERSON_1</span>' in told
    assert '<a class="cite" href="#passage-1">[1]</a> [9]' in told
    assert "&lt;b&gt;see&lt;/b&gt;" in told
    assert "&lt;made_up_1&gt;" in told


def test_a_monstrous_text_is_cut_and_says_so() -> None:
    told = telling.text("a" * 25_000)

    assert len(told) < 21_000
    assert "5,000 more characters" in told
