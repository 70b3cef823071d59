"""What changed between two sets."""

from gateway.policy import diff, load
from tests.policy.sets import policy, topics

BEFORE = policy(
    """
    - rule: large
      when: {all: [draft.largest_amount > 100, requester.vip]}
      then: {approvers: {group: leads}, because: Large.}
    - rule: gone
      when: draft.promises > 0
      then: {reply: review}
    """
)
AFTER = policy(
    """
    # the order, comments and the way of writing do not matter
    - rule: fresh
      mode: observe
      when: draft.advice
      then: {reply: withhold}
    - rule: large
      when:
        all:
          - draft.largest_amount > 250
          - requester.vip
      then: {approvers: {group: leads, count: 2}, because: Large.}
    """
)


def test_rules_are_compared_one_by_one() -> None:
    old, new = load({"approval/first.yaml": BEFORE}), load({"approval/first.yaml": AFTER, **topics("refund")})

    changes = {change.name: change for change in diff(old, new)}

    assert {name: change.kind for name, change in changes.items()} == {
        "approval/first/fresh": "added",
        "approval/first/gone": "removed",
        "approval/first/large": "changed",
        "topics/refund": "added",
    }
    large = {part.part: (part.before, part.after) for part in changes["approval/first/large"].parts}
    assert large == {
        "when": (
            "all:\n  draft.largest_amount > 100\n  requester.vip",
            "all:\n  draft.largest_amount > 250\n  requester.vip",
        ),
        "approvers": ("group leads; count 1", "group leads; count 2"),
    }
    assert "+   draft.largest_amount > 250" in str(changes["approval/first/large"])


def test_formatting_is_no_change() -> None:
    spread = BEFORE.replace(
        "{all: [draft.largest_amount > 100, requester.vip]}",
        "\n      all:\n        - 'draft.largest_amount  > 100'\n        - requester.vip",
    )

    assert diff(load({"approval/first.yaml": BEFORE}), load({"approval/first.yaml": spread})) == []


def test_a_change_of_hours_or_owner_is_told() -> None:
    moved = BEFORE.replace("rules:", "timezone: Europe/Berlin\nrules:").replace("team: Care", "team: Billing")

    (change,) = diff(load({"approval/first.yaml": BEFORE}), load({"approval/first.yaml": moved}))

    assert [part.part for part in change.parts] == ["owner", "timezone"]
