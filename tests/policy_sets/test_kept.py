"""A decision that was kept is read back as it was made."""

import json
from decimal import Decimal
from typing import Any

import pytest

from gateway.policy import CATALOGUE, explain, load
from gateway.policy.kept import read_decision, with_personal
from gateway.policy.values import from_json
from gateway.store.json import jsonb
from tests.policy.sets import facts, policy, topics

EVERYTHING = load(
    {
        "approval/first.yaml": policy(
            """
            - rule: refund
              when:
                all:
                  - '"refund" in screen.topics'
                  - any: [draft.largest_amount > 100, {not: "requester.domain == 'example.com'"}]
              then:
                reply: review
                approvers: {group: leads, count: 2, four_eyes: true, open_sources: true}
                escalate:
                  team: billing
                  priority: high
                  within: 4h in business hours
                  tags: [money]
                  notify: [lead]
                  next: [{team: leads, within: 1d}]
                because: A refund of {draft.largest_amount}.
            - rule: mood
              when: screen.sentiment < -0.5
              then: {reply: withhold}
            - rule: tried
              mode: observe
              when: always
              then: {reply: withhold}
            """
        ),
        **topics("refund"),
    }
)


def made(**changed: Any) -> Any:
    return EVERYTHING.decide(facts(screen__topics={"refund": 0.9}, screen__injection=True, **changed))


@pytest.mark.parametrize(
    "changed", [{}, {"draft__largest_amount": Decimal("129.10")}, {"screen__sentiment": None}, {"clock__now": None}]
)
def test_a_decision_is_the_same_after_it_was_kept(changed: dict[str, Any]) -> None:
    decision = made(**changed)

    again = read_decision(json.loads(json.dumps(decision.to_dict())))

    assert again.to_dict() == decision.to_dict()
    assert explain(again) == explain(decision)


def test_a_decision_that_was_kept_before_sources_could_be_asked_for_is_read_all_the_same() -> None:
    kept = json.loads(json.dumps(made().to_dict()))
    for who in kept["approvers"]:
        del who["open_sources"]

    assert [who.open_sources for who in read_decision(kept).approvers] == [False]


@pytest.mark.parametrize("kept", [{}, {"rules": []}, {"verdict": "maybe"}, made().to_dict() | {"tried": [{}]}])
def test_what_is_no_decision_is_refused_in_words(kept: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no kept decision|not a valid"):
        read_decision(kept)


def test_personal_facts_are_shown_only_where_they_are_brought_back() -> None:
    decision = made(requester__domain="rival.example")

    assert "rival.example" not in explain(decision)
    assert 'requester.domain = "rival.example"' in explain(
        with_personal(decision, {"requester.domain": "rival.example"})
    )


def test_facts_that_were_kept_in_the_database_decide_as_they_did() -> None:
    before = facts(
        draft__largest_amount=Decimal("129.10"), budget__day_spent=Decimal("0"), screen__topics={"refund": 0.9}
    )
    before["clock.now"] = before["clock.now"].isoformat()
    column = jsonb(before)
    kept = json.loads(column.dumps(column.obj))  # type: ignore[misc]
    assert kept["draft.largest_amount"] == "129.10"

    again = EVERYTHING.decide(from_json(kept, CATALOGUE))

    assert again.to_dict() == EVERYTHING.decide(before).to_dict()
    assert again.unknown == ()


def test_money_that_is_no_number_is_unknown() -> None:
    assert EVERYTHING.decide(from_json(facts(draft__largest_amount="a lot"), CATALOGUE)).verdict == "review"
    assert from_json({"draft.largest_amount": "a lot", "no.such": "1"}, CATALOGUE) == {
        "draft.largest_amount": "a lot",
        "no.such": "1",
    }
