"""Policy sets on disk, and runs that they decided, made with the store's own functions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.policy import PolicySet, load
from gateway.records import DraftState, RunState
from gateway.store.database import Database
from gateway.store.intake import Arrival, accept
from gateway.store.run_rows import RunRows
from gateway.workflow.facts import plain
from tests.policy.sets import facts, policy, topics

REVIEW = policy("- rule: look\n  when: always\n  then: {reply: review, because: A person looks.}")
GROUNDED = policy(
    """
    - rule: look
      when: knowledge.grounding <= 0.8
      then: {reply: review, because: A person looks.}
    - rule: sure
      when: knowledge.grounding > 0.8
      then: {reply: send, because: It is well grounded.}
    """
)
WRONG = policy("- rule: look\n  when: ticket.langauge == 'de'\n  then: {reply: review}")


def files(approval: str) -> dict[str, str]:
    return {"approval/first.yaml": approval, **topics("refund", "churn")}


def write(folder: Path, approval: str, **others: str) -> Path:
    """A folder that holds one approval file and what it needs."""
    for path, text in {**files(approval), **others}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


async def decided(
    database: Database,
    policies: PolicySet | None = None,
    *,
    outcome: str | None = None,
    draft: str | None = None,
    account: str = "acme",
    carried_out: str | None = None,
    **changed: Any,
) -> int:
    """A run that a set decided, by facts kept as the line keeps them; returns its id."""
    policies = policies or load(files(REVIEW))
    run_id = await _arrived(database, account)
    known: Mapping[str, Any] = facts(clock__now=datetime.now(UTC), **changed)
    decision = policies.decide(known)
    rows = RunRows(database, run_id)
    await rows.open()
    rows.requester_is("requester-1", "v1")
    rows.draft(version="v1", answers="m1", state=DraftState.SHOWN, text_hash="h", language="en")
    verdict = carried_out or str(decision.verdict)
    rows.decision(
        verdict=verdict,
        policy_version=decision.version,
        explanation=decision.to_dict(),
        facts=plain(known),
    )
    told = [f"The desk allows {carried_out}.", *decision.because] if carried_out else list(decision.because)
    rows.step("decide", 1.0, {"verdict": verdict, "because": told})
    await rows.commit()
    await rows.finish(RunState.DONE, reason=None, step_ms={}, verdict=verdict, policy_version=decision.version)
    await _ended(database, run_id, outcome, draft)
    return run_id


async def _arrived(database: Database, account: str) -> int:
    row = await database.one("select coalesce(max(id), 0) + 1 as n from event")
    assert row
    name = f"e{row['n']}"
    arrival = Arrival(name, "message_added", name, "requester", "public", "m1", datetime.now(UTC), supersedes=True)
    await accept(database, account, [arrival], b"{}", datetime.now(UTC))
    row = await database.one("select max(id) as id from event")
    assert row
    return int(row["id"])


async def _ended(database: Database, run_id: int, outcome: str | None, draft: str | None) -> None:
    if outcome:
        await database.run(
            "insert into outcome (run_id, kind, at) values (%(run)s, %(kind)s, now())", {"run": run_id, "kind": outcome}
        )
    if draft:
        await database.run("update draft set state = %(state)s where run_id = %(run)s", {"run": run_id, "state": draft})


async def erase(database: Database, run_id: int) -> None:
    """The requester's data is gone, as an erasure leaves it."""
    await database.run(
        """update content set body = null, erased_at = now()
           where id = (select facts_id from decision where run_id = %(run)s)""",
        {"run": run_id},
    )
