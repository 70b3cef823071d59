"""Facts from programs and files: what is of the wrong kind is unknown, and said."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gateway.policy import CATALOGUE, UNKNOWN, Verdict, load, to_json, without_personal, wrong_facts
from gateway.policy.facts_file import BadFacts, read_facts
from tests.policy.sets import facts, rule


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("draft.lenght", 3, "there is no fact draft.lenght"),
        ("draft.length", "long", "its value is not number"),
        ("draft.length", float("nan"), "larger than any number"),
        ("requester.vip", 1, "its value is not yes or no"),
        ("ticket.tags", "one", "its value is not list of texts"),
        ("ticket.tags", [1], "its value is not list of texts"),
        ("ticket.tags", ["x"] * 2000, "more than 1,000 entries"),
        ("ticket.subject", "x" * 20_001, "longer than 20,000"),
        ("screen.topics", ["refund"], "its value is not scores by name"),
        ("clock.now", datetime(2026, 10, 5), "its value is not time"),
        ("clock.now", "yesterday", "its value is not time"),
        ("requester.tier", "enterprse", "none of its words"),
        ("screen.pii_kinds", ["crd"], "none of its words"),
    ],
)
def test_a_wrong_fact_is_named(name: str, value: object, words: str) -> None:
    (wrong,) = wrong_facts({name: value}, CATALOGUE)

    assert words in wrong


def test_unknown_facts_and_sound_ones_are_not_wrong() -> None:
    assert wrong_facts({**facts(), "requester.vip": UNKNOWN, "screen.pii_kinds": ["EMAIL"]}, CATALOGUE) == []


def test_a_language_with_its_country_is_the_language() -> None:
    policies = load({"approval/first.yaml": rule('ticket.language == "en"', "{reply: withhold}")})

    assert policies.decide(facts(ticket__language="en-GB")).verdict is Verdict.WITHHOLD
    assert wrong_facts({"ticket.language": "pt_BR"}, CATALOGUE) == []


def test_facts_survive_being_kept() -> None:
    now = datetime(2026, 10, 5, tzinfo=UTC)

    kept = to_json(
        {"clock.now": now, "draft.largest_amount": Decimal("1.5"), "ticket.tags": ("a",), "requester.vip": UNKNOWN}
    )

    assert json.loads(json.dumps(kept)) == {
        "clock.now": "2026-10-05T00:00:00+00:00",
        "draft.largest_amount": 1.5,
        "ticket.tags": ["a"],
        "requester.vip": None,
    }


def test_personal_facts_can_be_kept_apart() -> None:
    plain = without_personal(facts(ticket__subject="for Marta"), CATALOGUE)

    assert "ticket.subject" not in plain
    assert "draft.length" in plain


def test_facts_can_be_written_as_yaml_or_json() -> None:
    yaml = b"""
screen.topics: {refund: 0.9}
draft.largest_amount: 129.50
requester.vip: true
ticket.tags: [a]
model.cost: ~
"""
    as_json = json.dumps(
        {
            "screen.topics": {"refund": 0.9},
            "draft.largest_amount": 129.5,
            "requester.vip": True,
            "ticket.tags": ["a"],
            "model.cost": None,
        }
    ).encode()

    found = read_facts(yaml, CATALOGUE)

    assert found == read_facts(as_json, CATALOGUE)
    assert found == {
        "screen.topics": {"refund": 0.9},
        "draft.largest_amount": Decimal("129.50"),
        "requester.vip": True,
        "ticket.tags": ["a"],
        "model.cost": UNKNOWN,
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"draft.lenght: 3\n", 'Did you mean "draft.length"?'),
        (b"draft.length: long\n", "draft.length is number"),
        (b"- a\n", "facts are a map"),
        (b"{\n", "facts are a map"),
        (b"a: [\n", "1: an entry is missing here"),
        (b"\xff", "UTF-8"),
        (b"x" * 300_000, "larger than"),
        (b"{" * 100_000, "facts are a map"),
    ],
)
def test_facts_that_cannot_be_read_are_told(content: bytes, words: str) -> None:
    with pytest.raises(BadFacts, match=words.replace("?", r"\?")):
        read_facts(content, CATALOGUE)
