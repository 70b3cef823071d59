"""What the steps of the invented runs find: one torn tent, and all that is said about it."""

from typing import Any

NAME = "Marta Kowalska"
CARD = "4111 1111 1111 1111"
QUESTION = (
    "Hello,\n\nI am Marta Kowalska. My order arrived on Monday but the tent is torn. I paid 129.00 EUR with my card "
    "4111 1111 1111 1111 and would like the money back.\n\nMarta Kowalska"
)
DRAFT = (
    "Hi Marta Kowalska,\n\nI am sorry that the tent arrived torn. You can send it back within 30 days of delivery [1], "
    "and the 129.00 EUR go back to the card you paid with within 5 working days after we have it [2].\n\nBest regards"
)
POLICY = "4be1c9d07a5e" + "0" * 52
PASSAGES: list[dict[str, Any]] = [
    {
        "number": 1,
        "source": "help-centre",
        "article": "returns",
        "title": "How do I return something?",
        "text": "You have 30 days from the day of delivery. Print the label from your account.",
        "url": "https://help.example.com/returns",
        "public": True,
        "language": "en",
        "score": 0.8123,
        "updated_at": "2026-10-20T09:00:00Z",
    },
    {
        "number": 2,
        "source": "help-centre",
        "article": "refunds",
        "title": "Refund policy",
        "text": "We refund to the means of payment within 5 working days after the parcel arrived.",
        "url": "javascript:alert(1)",
        "public": True,
        "language": "en",
        "score": 0.64,
        "updated_at": "2024-10-20T09:00:00Z",
    },
    {
        "number": 3,
        "source": "handbook",
        "article": "internal-refund-authority",
        "title": "Internal: who may refund what",
        "text": "Above 100 EUR a billing lead decides.",
        "url": None,
        "public": False,
        "language": "en",
        "score": 0.41,
        "updated_at": None,
    },
]


def condition(state: str, text: str, line: int, saw: dict[str, Any], trouble: str | None = None) -> dict[str, Any]:
    kept = {"kind": "if", "state": state, "line": line, "text": text, "saw": saw}
    return kept | ({"trouble": trouble} if trouble else {})


EXPLANATION: dict[str, Any] = {
    "verdict": "review",
    "because": ["Refunds above 100 need a billing lead."],
    "matched": ["refunds/large-refund"],
    "unknown": ["stale/old-source"],
    "approvers": [{"group": "billing-leads", "count": 1, "four_eyes": False}],
    "escalation": {
        "team": "billing",
        "priority": "high",
        "tags": ["refund"],
        "notify": [],
        "within": "4h",
        "due": "2026-11-24T14:30:00+00:00",
        "other_teams": [],
        "steps": [],
        "rules": ["refunds/large-refund"],
    },
    "observed": {"matched": ["tone/angry"], "verdict": "review", "changes": False},
    "floor": [{"name": "uncited-claim", "because": "The draft states something without a source."}],
    "lowered": False,
    "version": POLICY,
    "tried": [
        {
            "rule": "refunds/large-refund",
            "title": "A person looks at refunds",
            "folder": "approval",
            "file": "approval/refunds.yaml",
            "line": 6,
            "mode": "enforce",
            "state": "true",
            "when": {
                "kind": "all",
                "state": "true",
                "line": 9,
                "items": [
                    condition("true", '"refund" in screen.topics', 10, {"screen.topics": {"refund": 0.9}}),
                    condition("true", "draft.largest_amount > 100", 11, {"draft.largest_amount": 129.0}),
                    {
                        "kind": "not",
                        "state": "true",
                        "line": 12,
                        "items": [condition("false", "requester.vip", 12, {"requester.vip": False})],
                    },
                ],
            },
        },
        {
            "rule": "tone/angry",
            "title": "",
            "folder": "approval",
            "file": "approval/tone.yaml",
            "line": 5,
            "mode": "observe",
            "state": "true",
            "when": condition("true", "history.contacts >= 3", 7, {"history.contacts": 3.0}),
        },
        {
            "rule": "stale/old-source",
            "title": "Old sources are checked",
            "folder": "approval",
            "file": "approval/stale.yaml",
            "line": 5,
            "mode": "enforce",
            "state": "unknown",
            "when": condition(
                "unknown",
                "knowledge.newest_age_days > 365",
                7,
                {"knowledge.newest_age_days": None},
                "knowledge.newest_age_days is unknown: nobody could tell",
            ),
        },
        {
            "rule": "routine/grounded",
            "title": "Routine answers may go out",
            "folder": "approval",
            "file": "approval/routine.yaml",
            "line": 5,
            "mode": "enforce",
            "state": "false",
            "when": condition("false", "knowledge.grounding >= 0.9", 7, {"knowledge.grounding": 0.74}),
        },
    ],
}
