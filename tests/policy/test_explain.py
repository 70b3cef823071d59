"""A decision told as text."""

from gateway.policy import explain, explain_rules, load
from tests.policy.sets import approval, facts, policy, topics

RULES = """
- rule: large
  when: {all: ['"refund" in screen.topics', draft.largest_amount > 100]}
  then:
    approvers: {group: leads, count: 2, four_eyes: true, open_sources: true}
    escalate: {team: billing, priority: high, within: 4h, tags: [a], notify: [x], next: [{priority: urgent}]}
    because: Refunds of {draft.largest_amount} {draft.currency} need two leads.
- rule: vip
  when: {not: requester.vip}
  then: {reply: review, because: Nobody special.}
- rule: tried
  mode: observe
  when: always
  then: {reply: withhold}
- rule: quiet
  when: ticket.subject.contains("x")
  then: {reply: withhold}
"""


def test_the_whole_story_is_told_in_100_columns() -> None:
    decision = approval(RULES).decide(
        facts(screen__topics={"refund": 0.9}, draft__largest_amount=129, draft__currency="EUR", requester__vip=None)
    )

    text = explain(decision)

    for words in (
        "REVIEW  by policy",
        "- Refunds of 129 EUR need two leads.",
        "- requester.vip could not be told, so rule first/vip asks for a person.",
        "approved by 2 different people of leads, four eyes, sources opened",
        "escalates to billing; priority high; within 4h; tags a; tells x",
        "then priority urgent",
        "observed: first/tried would change the outcome to withhold",
        "yes first/large   approval, approval/first.yaml:6",
        '        yes "refund" in screen.topics',
        "screen.topics = refund 0.9",
        "?   first/vip",
        "requester.vip is unknown: nobody could tell",
        "yes first/tried (observed)",
        "    yes always",
        "no  first/quiet",
    ):
        assert words in text, words
    assert max(map(len, text.splitlines())) <= 100


def test_rules_that_do_not_hold_can_be_left_out() -> None:
    decision = approval(RULES).decide(facts())

    assert "first/quiet" not in explain(decision, everything=False)
    assert "first/vip" in explain(decision, everything=False)


def test_the_floor_is_named() -> None:
    policies = load(
        {"approval/first.yaml": policy("- rule: a\n  when: always\n  then: {reply: send}"), **topics("refund")}
    )

    assert "the floor stands in the way of sending: The draft cites no source." in explain(
        policies.decide(facts(draft__citations=0))
    )


def test_a_route_can_be_told_too() -> None:
    rules = policy("- rule: a\n  when: message.length > 100\n  then: {model: {route: [cheap]}}")

    route = load({"models/first.yaml": rules}).route(facts())

    assert "message.length = 200" in explain_rules(route.tried)
