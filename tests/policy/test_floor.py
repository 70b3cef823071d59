"""What no file can allow."""

from typing import Any

import pytest

from gateway.policy import FINDINGS, UNKNOWN, Verdict, load
from gateway.policy.floor import BARS, UNSOUND
from tests.policy.sets import facts, rule

SENDS = load({"approval/first.yaml": rule("always", "{reply: send, because: Always.}")})

BARRED: list[tuple[str, dict[str, Any]]] = [
    ("injection", {"screen__injection": True}),
    ("injection", {"screen__injection_score": 0.5}),
    ("legal-threat", {"screen__topics": {"legal_threat": 0.6}}),
    ("self-harm", {"screen__topics": {"self_harm": 0.6}}),
    ("safety", {"screen__topics": {"safety": 0.6}}),
    ("unknown-placeholder", {"draft__findings": ["unknown_placeholder"]}),
    ("missing-citation", {"draft__citations": 0}),
    ("uncited-claim", {"draft__uncited_claims": 1}),
    ("refusal", {"draft__refusal": True}),
    ("unsound-draft", {"draft__stops": ["template_syntax"]}),
    ("changed-ticket", {"ticket__changed": True}),
    *(("unsound-draft", {"draft__findings": [finding]}) for finding in UNSOUND),
]


def test_a_sound_draft_is_sent_where_a_file_says_so() -> None:
    decision = SENDS.decide(facts())

    assert decision.verdict is Verdict.SEND
    assert decision.floor == ()


@pytest.mark.parametrize(("name", "changed"), BARRED)
def test_the_floor_lowers_send_to_review_and_says_why(name: str, changed: dict[str, Any]) -> None:
    decision = SENDS.decide(facts(**changed))

    assert decision.verdict is Verdict.REVIEW
    assert decision.lowered
    assert name in [bar.name for bar in decision.floor]
    assert decision.because == tuple(dict.fromkeys(bar.because for bar in decision.floor))


@pytest.mark.parametrize("fact", sorted({fact for bar in BARS for fact in bar.facts}))
def test_a_fact_of_the_floor_that_nobody_could_tell_stands_in_the_way_too(fact: str) -> None:
    decision = SENDS.decide({**facts(), fact: UNKNOWN})

    assert decision.verdict is Verdict.REVIEW
    assert f"{fact} is not known." in decision.because


def test_every_bar_is_tried_here() -> None:
    assert {name for name, _ in BARRED} == {bar.name for bar in BARS}


def test_the_floor_speaks_of_findings_that_exist() -> None:
    assert set(UNSOUND) <= set(FINDINGS)


def test_the_floor_does_not_soften_a_withheld_draft() -> None:
    withholds = load({"approval/first.yaml": rule("always", "{reply: withhold, because: No.}")})

    decision = withholds.decide(facts(screen__injection=True))

    assert decision.verdict is Verdict.WITHHOLD
    assert not decision.lowered
    assert decision.because == ("No.",)
