"""What may be said of a month: nothing that chance explains as well."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.ledger.document import Document, Section, Table, to_html, to_markdown
from gateway.ledger.report import Drafts, Month, against_goal, effect_on_response, got_worse, summary
from gateway.ledger.response import Spread, first_response_ms, spread
from gateway.shares import Share

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
SLOW, QUICK = Spread(100, 9000, 8000, 10_000), Spread(100, 5000, 4500, 5500)
GOOD = Month(100, 100, 100, 0, Decimal(1), drafts=Drafts(100, accepted=Share(80, 100), rejected=Share(5, 100)))


def test_a_median_has_a_range_that_holds_it_and_few_have_none() -> None:
    told = spread(float(number) for number in range(1, 102))

    assert told is not None
    assert (told.tickets, told.median_ms) == (101, 51)
    assert 38 <= told.low_ms < 51 < told.high_ms <= 64
    assert spread([1.0] * 19) is None


def test_a_range_does_not_care_for_one_ticket_that_waited_a_year() -> None:
    told = spread([1.0] * 40 + [1e12])

    assert told == Spread(41, 1.0, 1.0, 1.0)


def test_the_first_response_is_what_follows_the_first_question() -> None:
    def at(minutes: int) -> datetime:
        return NOON + timedelta(minutes=minutes)

    assert first_response_ms([at(10), at(0)], [at(-5), at(7), at(20)]) == 7 * 60_000
    assert first_response_ms([at(0)], [at(-5)]) is None
    assert first_response_ms([], [at(1)]) is None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (SLOW, QUICK, "Faster by 44 %."),
        (QUICK, SLOW, "Slower by 80 %."),
        (SLOW, replace(QUICK, high_ms=8500.0), "No measurable effect"),
        (None, QUICK, "Not known"),
        (SLOW, None, "Not known"),
    ],
)
def test_an_effect_on_the_first_response_is_one_that_chance_does_not_explain(
    before: Spread | None, after: Spread | None, said: str
) -> None:
    assert effect_on_response(before, after).startswith(said)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Share(90, 100), "reached"),
        (Share(30, 100), "missed"),
        (Share(62, 100), "cannot be told, it lies within"),
        (Share(3, 3), "cannot be told yet"),
        (Share(0, 0), "cannot be told yet"),
    ],
)
def test_a_goal_is_reached_or_missed_only_where_the_range_says_so(share: Share, said: str) -> None:
    assert said in against_goal(share, 0.6)


def test_money_saved_is_less_reading_and_less_models_at_their_most() -> None:
    drafts = Drafts(spared_usd=Decimal(100), people_usd=Decimal(20))

    assert Month(drafts=drafts, at_most_usd=Decimal(5)).saved_usd == Decimal(75)
    assert Month(drafts=drafts, at_most_usd=None).saved_usd is None
    assert Month(drafts=replace(drafts, spared_usd=None)).saved_usd is None


def test_one_account_without_rates_makes_the_sum_unknown() -> None:
    told = Drafts.total([Drafts(spared_usd=Decimal(1), read_ms=5), Drafts(spared_usd=None, accepted=Share(1, 2))])

    assert (told.spared_usd, told.people_usd, told.read_ms, told.accepted) == (None, Decimal(0), 5, Share(1, 2))


def test_a_month_without_an_effect_says_so_first() -> None:
    unknown = replace(GOOD, drafts=replace(GOOD.drafts, spared_usd=None))
    saving = replace(GOOD, drafts=replace(GOOD.drafts, spared_usd=Decimal(50)))
    losing = replace(GOOD, at_most_usd=Decimal(50))

    assert summary(unknown, None) == "No measurable effect."
    assert summary(replace(unknown, answered=SLOW), SLOW) == "No measurable effect."
    assert "no measurable effect" in summary(saving, SLOW)
    assert "saved more than it cost" in summary(saving, SLOW)
    assert summary(losing, None).startswith("No money was saved")
    assert "sooner" in summary(replace(unknown, answered=QUICK), SLOW)
    assert "later" in summary(replace(unknown, answered=SLOW), QUICK)


def test_what_got_worse_is_named_and_what_chance_explains_is_not() -> None:
    worse = replace(GOOD, drafts=Drafts(100, accepted=Share(50, 100), rejected=Share(30, 100)), known_usd=Decimal(2))
    chance = replace(GOOD, drafts=Drafts(100, accepted=Share(76, 100), rejected=Share(6, 100)))

    told = got_worse(worse, GOOD)

    assert [line.partition(":")[0].partition(" USD")[0] for line in told] == [
        "Accepted drafts",
        "Rejected drafts",
        "Models cost 0.0200",
    ]
    assert got_worse(chance, GOOD) == []
    assert got_worse(GOOD, worse) == []
    assert got_worse(GOOD, Month()) == []
    assert got_worse(replace(GOOD, answered=SLOW), replace(GOOD, answered=QUICK)) == [
        "The time to the first answer is longer"
    ]


def test_no_name_becomes_markup() -> None:
    hostile = "<script>alert(1)</script> | **x**\n# y"
    document = Document(hostile, hostile, (Section(hostile, (hostile,), Table(hostile, (hostile,), ((hostile,),))),))

    page, text = to_html(document), to_markdown(document)

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<script" not in text.replace("\\<script", "")
    assert "\n# y" not in text
    assert r"\*\*x\*\*" in text


def test_the_page_needs_nothing_else_and_its_tables_can_be_heard() -> None:
    page = to_html(Document("T", "L", (Section("S", ("a",), Table("C", ("A", "B"), (("1", "2"),))),)))

    assert '<html lang="en">' in page
    assert "<caption>C</caption>" in page
    assert '<th scope="col">A</th>' in page
    assert '<th scope="row">1</th><td>2</td>' in page
    assert "@media print" in page
    assert not [word for word in ("http:", "https:", "src=", "<link", "<script", "@import", "url(") if word in page]
