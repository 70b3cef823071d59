"""What an edit would have done to recorded runs."""

import csv
import io
import json
from decimal import Decimal

import pytest

from gateway.policy import BadExpression, FailOn, Recorded, as_csv, as_html, as_text, load, replay, to_json
from tests.policy.sets import facts, rule, topics

EDITED = load({"approval/first.yaml": rule("knowledge.grounding > 0.8", "{reply: send}"), **topics("refund", "churn")})


def recorded(count: int = 200) -> list[Recorded]:
    """Runs that were all reviewed; each fifth was well grounded, each twentieth about a refund."""
    return [
        Recorded(
            f"run-{n}",
            to_json(
                facts(
                    knowledge__grounding=0.9 if n % 5 == 0 else 0.4,
                    screen__topics={"refund": 0.9} if n % 20 == 0 else {},
                    model__cost=Decimal("0.002"),
                )
            ),
            "review",
            escalated=n % 10 == 0,
            cost=Decimal("0.002") if n % 50 else None,
        )
        for n in range(count)
    ]


def test_the_difference_is_counted_by_verdict_and_topic() -> None:
    found = replay(recorded(), EDITED)

    (sent,) = found.changed
    assert (sent.before, sent.after, sent.count) == ("review", "send", 40)
    assert sent.topics == {"refund": 10}
    assert sent.examples[:2] == ["run-0", "run-5"]
    assert (sent.cost, sent.unpriced) == (Decimal("0.072"), 4)
    assert (found.escalated_before, found.escalated_after) == (20, 0)
    assert found.transitions["review", "review"].count == 160


def test_facts_that_were_kept_as_json_decide_as_they_did() -> None:
    before = facts(draft__largest_amount=Decimal("129.10"), screen__topics={"refund": 0.9})

    kept = json.loads(json.dumps(to_json(before)))

    assert EDITED.decide(kept).to_dict() == EDITED.decide(before).to_dict()


def test_no_difference_is_said_in_words() -> None:
    same = load({"approval/first.yaml": rule("knowledge.grounding > 0.99", "{reply: send}")})

    assert "no verdict changes" in as_text(replay(recorded(), same))
    assert "No verdict changes." in as_html(replay(recorded(), same))


def test_a_small_sample_says_so() -> None:
    assert "Only 12 runs" in replay(recorded(12), EDITED).note
    assert "nothing can be said" in replay([], EDITED).note
    assert "1.50%" in replay(recorded(200), EDITED).note


def test_the_table_names_counts_topics_and_examples() -> None:
    text = as_text(replay(recorded(), EDITED))

    assert "review -> send           40   20.0%" in text
    assert "10 with topic refund" in text
    assert "such as run-0" in text
    assert "escalated: 20 before, 0 after" in text
    assert max(map(len, text.splitlines())) <= 100


def test_csv_and_html_cannot_be_used_for_injection() -> None:
    found = replay([Recorded("=cmd|x", facts(), "review"), Recorded("<script>", facts(), "review")], EDITED)

    rows = list(csv.DictReader(io.StringIO(as_csv(found))))

    assert rows[0]["before"] == "review"
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert "<script>" not in as_html(found)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("review->send > 5%", True),
        ("review -> send >= 20 %", True),
        ("review->send > 20%", False),
        ("*->send > 39", True),
        ("review->* > 40", False),
        ("send->review > 0%", False),
        ("*->* == 40", True),
    ],
)
def test_a_bound_makes_a_pipeline_fail(text: str, holds: bool) -> None:
    assert FailOn.read(text).holds(replay(recorded(), EDITED)) is holds


@pytest.mark.parametrize("text", ["", "review->sent > 5%", "review > 5", "review->send 5%", "review->send > -1"])
def test_a_bound_that_cannot_be_read_says_how(text: str) -> None:
    with pytest.raises(BadExpression, match="review->send > 5%"):
        FailOn.read(text)


def test_an_empty_replay_never_fails() -> None:
    assert not FailOn.read("*->* == 0").holds(replay([], EDITED))
