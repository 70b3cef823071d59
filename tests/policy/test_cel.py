"""Conditions: what they compile to, and what is said of those that do not."""

import pytest

from gateway.policy import CATALOGUE
from gateway.policy.cel import Language, Refused
from gateway.policy.cel_words import plain
from gateway.policy.lint import lint

LANGUAGE = Language(CATALOGUE, ("refund", "legal_threat"))


def refusal(text: str) -> tuple[int, str]:
    """Column and message of a condition that does not compile."""
    with pytest.raises(Refused) as caught:
        LANGUAGE.compile(text)
    error = caught.value
    message, position = plain(text, error.position, error.message, LANGUAGE.names, LANGUAGE.catalogue)
    return position + 1, message


def run(text: str, **values: object) -> bool | None:
    found = {name.replace("__", "."): value for name, value in values.items()}
    return LANGUAGE.compile(text).run(LANGUAGE.activation(found)).value


@pytest.mark.parametrize(
    "text",
    [
        "draft.largest_amount > 100",
        "100 < draft.largest_amount",
        "draft.largest_amount > 99.5 && 1000 >= draft.largest_amount",
        "draft.largest_amount in [129, 130]",
        "draft.largest_amount * 2 > 200 && draft.largest_amount - 9 == 120",
        "-draft.largest_amount < -100",
        'draft.largest_amount > 100 && "10" != "11"',
    ],
)
def test_whole_numbers_can_be_compared_with_any_number(text: str) -> None:
    assert run(text, draft__largest_amount=129.0) is True


def test_a_count_stays_a_whole_number_beside_facts() -> None:
    text = "size(ticket.tags) > 1 && draft.length > 1"

    assert run(text, ticket__tags=["a", "b"], draft__length=3.0) is True


def test_the_facts_of_a_condition_are_known() -> None:
    program = LANGUAGE.compile('"refund" in screen.topics && screen.topics.refund > 0.5 && draft.length > 3')

    assert program.facts == ("screen.topics", "draft.length")


def test_places_stay_right_behind_a_number_that_was_rewritten() -> None:
    text = 'draft.length > 5 && requester.tier == "enterprse"'

    (remark,) = lint(LANGUAGE.compile(text), LANGUAGE)

    assert remark.position == text.index('"enterprse"')


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ('ticket.prioirty == "high"', 1, 'unknown fact "ticket.prioirty". Did you mean "ticket.priority"?'),
        ('priority == "high"', 1, 'Did you mean "ticket.priority"?'),
        ('ticket == "x"', 1, "group of facts"),
        ('ticket.priority = "high"', 17, 'use "==" to compare'),
        ("ticket.priority == high", 20, 'a text goes in quotes: "high"'),
        ('ticket.priority == "high', 20, "this quote is never closed"),
        ("ticket.priority == “high”", 20, "straight quotes"),
        ("ticket.subject == 3", 16, "cannot compare or join a text with a whole number"),
        ("ticket.subject == null", 16, "a text with null"),
        ('draft.length > "5"', 14, "a number with a text"),
        ("draft.length > 1,5", 16, "decimals with a point"),
        ("draft.length > 5 days", 16, "bare number"),
        ("draft.length => 5", 14, '">="'),
        ("draft.length", 1, "must come to yes or no"),
        ("requester.vip and message.is_first", 15, '"&&"'),
        ("not requester.vip", 1, '"!"'),
        ("requester.vip == True", 18, "write true"),
        ('ticket.tags.contains("a")', 21, "in fact"),
        ('"a" in ticket.subject', 5, 'fact.contains("...")'),
        ('ticket.subject.contains("a"', 28, "bracket is missing"),
        ('ticket.subject == "a" &&', 25, "stops in the middle"),
        ('lower(ticket.subject) == "x"', 1, 'there is no function "lower". Did you mean "lowerAscii"?'),
        ('ticket.subject like "%x"', 16, "contains"),
        ("draft.length > size(ticket.tags)", 14, "double(...)"),
        ("clock.business_hour", 1, 'Did you mean "clock.business_hours"?'),
        ("(" * 60 + "requester.vip" + ")" * 60, 1, "nested too deeply"),
        ("x" * 1001, 1, "longer than 1000"),
        ("", 1, "empty"),
    ],
)
def test_what_does_not_compile_is_told_in_plain_words(text: str, column: int, words: str) -> None:
    found, message = refusal(text)

    assert found == column
    assert words in message


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ('requester.tier == "enterprse"', '"enterprse"', 'Did you mean "enterprise"?'),
        ('"enterprse" == requester.tier', '"enterprse"', "no value of requester.tier"),
        ('requester.tier in ["premium", "gold"]', '"gold"', "no value of requester.tier"),
        ('"refnd" in screen.topics', '"refnd"', 'no topic. Did you mean "refund"?'),
        ("screen.topics.refnd > 0.5", "screen", 'Did you mean "refund"?'),
        ('screen.topics["refund"] > 0.5', '"refund"', "screen.topics.<topic>"),
        ('screen.pii_kinds.exists(k, k == "crd")', '"crd"', 'Did you mean "card"?'),
        ('ticket.subject.matches("(")', '"("', "RE2"),
        ('ticket.subject.matches("(?=x)")', '"(?=x)"', "RE2"),
        ('clock.now.getHours("Europe/Berlinn") > 3', '"Europe', 'Did you mean "Europe/Berlin"?'),
        ('clock.now > timestamp("2026-13-01")', '"2026', "cannot be read"),
        ('clock.now - clock.now > duration("4 hours")', '"4 hours"', "cannot be read"),
        ('ticket.tags[0] == "x"', "0]", "may be shorter"),
        ("1 == 2", "1", "looks at no fact"),
    ],
)
def test_what_compiles_and_cannot_be_meant_is_found(text: str, at: str, words: str) -> None:
    remarks = lint(LANGUAGE.compile(text), LANGUAGE)

    assert any(remark.position == text.index(at) and words in remark.message for remark in remarks), remarks


@pytest.mark.parametrize(
    "text",
    [
        '"refund" in screen.topics',
        "screen.topics.refund > 0.5",
        "screen.topics.exists(topic, screen.topics[topic] > 0.5)",
        'ticket.tags.exists(tag, tag.startsWith("vip"))',
        'ticket.subject.matches("(?i)order [0-9]+")',
        "draft.language != ticket.language",
        'ticket.brand == "anything"',
        'clock.now.getHours("Europe/Berlin") > 3',
    ],
)
def test_what_can_be_meant_is_left_alone(text: str) -> None:
    assert lint(LANGUAGE.compile(text), LANGUAGE) == []


def test_a_topic_that_was_not_found_counts_as_zero() -> None:
    known = {"screen__topics": {}, "screen.topics.refund": 0.0}

    assert run("screen.topics.refund > 0.5", **known) is False


def test_an_error_while_running_is_no_answer_and_tells_no_text_of_the_ticket() -> None:
    secret = "my card is 4111"

    result = LANGUAGE.compile("int(ticket.subject) > 3").run(LANGUAGE.activation({"ticket.subject": secret}))

    assert result.value is None
    assert result.trouble == "a value cannot be converted"


def test_a_loop_over_loops_ends_soon() -> None:
    nested = (
        "ticket.tags.exists(a, ticket.tags.exists(b, ticket.tags.exists(c, ticket.tags.exists(d, a + b == c + d + d))))"
    )

    result = LANGUAGE.compile(nested).run(LANGUAGE.activation({"ticket.tags": [f"t{n}" for n in range(60)]}))

    assert result.value is None
    assert result.trouble == "the condition takes too many steps"
