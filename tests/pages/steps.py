"""Each step of an invented run, kept as the line keeps it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.ledger.attempt import AttemptFinished, AttemptOutcome, AttemptStarted, Origin, PriceState, Purpose
from gateway.records import DraftState, RunState
from gateway.screening import Kind, Known, Vault
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from gateway.store.run_rows import RunRows
from tests.pages.kept import DRAFT, EXPLANATION, NAME, PASSAGES, POLICY, QUESTION


@dataclass
class Call:
    """One call to a model; the defaults are a good one with a price."""

    outcome: AttemptOutcome | None = AttemptOutcome.OK
    cost: Decimal | None = Decimal("0.002134")
    price: PriceState | None = PriceState.PRICED
    tokens: tuple[int | None, int | None] = (1204, 188)
    latency_ms: float = 1840.0
    error_kind: str | None = None
    model: str = "gpt-5-mini"
    bound: Decimal | None = Decimal("0.0119")
    fallback: int = 0


@dataclass
class Plan:
    """How a run goes. `upto` is the last step that it reaches."""

    account: str = "acme"
    ticket: str = "4411"
    queue: str = ""
    upto: str = "deliver"
    calls: list[Call] = field(default_factory=lambda: [Call()])
    verdict: str = "review"
    state: RunState | None = RunState.DONE
    reason: str | None = None
    draft_state: DraftState = DraftState.SHOWN
    explanation: Any = field(default_factory=lambda: EXPLANATION)
    question: str = QUESTION
    draft: str = DRAFT
    subject: str = f"Torn tent, says {NAME}"
    because: tuple[str, ...] = ("Refunds above 100 need a billing lead.",)


ORDER = ("intake", "context", "screen", "ground", "draft", "check", "decide", "deliver")
FAILED_CALL = Call(AttemptOutcome.TIMEOUT, None, PriceState.UNPRICED, (None, None), 20_000.0, "timeout")
MS = {"context": 86.0, "screen": 4.2, "ground": 11.9, "draft": 11.3, "check": 6.1, "decide": 1.4, "deliver": 240.7}


def took(step: str, plan: Plan) -> float:
    """Milliseconds of a step; a draft takes as long as its calls and a little more."""
    return MS[step] + (sum(call.latency_ms for call in plan.calls) if step == "draft" else 0.0)


def vault(plan: Plan) -> tuple[Vault, dict[str, str]]:
    kept = Vault([Known(Kind.PERSON, NAME)])
    return kept, {"question": kept.mask(plan.question), "subject": kept.mask(plan.subject)}


async def _context(_: Database, rows: RunRows, plan: Plan, run_id: int) -> None:
    rows.requester_is("requester-7", "v3", plan.queue or None)
    data = {
        "version": "v3",
        "status": "open",
        "channel": "email",
        "priority": "high",
        "queue": "billing",
        "tags": ["order", "vip"],
        "messages": 3,
        "attachments": 1,
        "answers": "m2",
        "unanswered": 1,
        "url": f"https://desk.example.com/tickets/{plan.ticket}",
    }
    author = {"id": "requester-7", "role": "requester", "name": NAME, "email": "marta@example.com"}
    messages = [
        _message("m0", author, "public", "Hello?"),
        _message("m1", {"id": "a1", "role": "agent", "name": "Jo Agent"}, "internal", "third contact this week"),
        _message("m2", author, "public", plan.question, [{"id": "f1", "name": "Marta Kowalska.jpg"}]),
    ]
    rows.step("context", MS["context"], data, {"subject": plan.subject, "requester": author, "messages": messages})


def _message(id_: str, author: dict[str, str], visibility: str, body: str, attachments: Any = ()) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    files = list(attachments)
    return {"id": id_, "author": author, "visibility": visibility, "body": body, "created_at": at, "attachments": files}


async def _screen(_: Database, rows: RunRows, plan: Plan, run_id: int) -> None:
    kept, texts = vault(plan)
    data = {
        "language": "en",
        "language_confidence": 0.98,
        "pii": dict(kept.counts),
        "injection": {"score": 0.0, "signals": []},
        "topics": {"refund": 0.9, "damage": 0.6},
        "removed": ["signature", "quote"],
        "empty": False,
    }
    thread = [{"role": "requester", "text": kept.mask(f"Hello? {NAME}")}]
    content = {**texts, "thread": thread, "attachments": ["<PERSON_1>.jpg"], "vault": kept.to_dict()}
    rows.step("screen", MS["screen"], data, content)


async def _ground(_: Database, rows: RunRows, plan: Plan, run_id: int) -> None:
    rows.step("ground", MS["ground"], {"grounding": 0.74, "passages": PASSAGES})


async def _draft(database: Database, rows: RunRows, plan: Plan, run_id: int) -> None:
    for number, call in enumerate(plan.calls, start=1):
        await attempt(database, run_id, number, call, Origin(plan.account, plan.ticket, plan.queue))
    if plan.upto == "draft" and plan.state is not RunState.DONE:
        return
    data = {
        "model": plan.calls[-1].model if plan.calls else "offline/extractive",
        "provider": "openai",
        "route": "default",
        "form": "structured",
        "prompt": "draft-reply",
        "prompt_version": "9f2c" * 16,
        "cited": [1, 2],
        "unknown_citations": [],
        "confidence": 0.71,
        "knows": True,
        "cut": False,
        "refused": False,
        "offline": False,
        "attempts": [1],
    }
    masked = plan.draft.replace(NAME, "<PERSON_1>").replace(" [1]", "").replace(" [2]", "")
    content = {
        "text": plan.draft.replace(" [1]", "").replace(" [2]", ""),
        "marked": plan.draft,
        "masked": masked,
        "citations": [{"start": 0, "end": 40, "passages": [1]}],
        "open_questions": [f"Does {NAME} want a new tent instead?"],
        "unknown_placeholders": [],
    }
    rows.step("draft", took("draft", plan), data, content)


async def attempt(database: Database, run_id: int, number: int, call: Call, origin: Origin) -> None:
    log = AttemptRows(database)
    began = datetime.now(UTC) - timedelta(seconds=3)
    started = AttemptStarted(
        run_id=run_id,
        number=number,
        purpose=Purpose.DRAFT,
        route="default",
        provider="openai",
        model=call.model,
        prompt="draft-reply",
        prompt_version="9f2c" * 16,
        retry=number - 1,
        fallback=call.fallback,
        streamed=True,
        started_at=began,
        bound_usd=call.bound,
        origin=origin,
    )
    attempt_id = await log.start(started)
    if call.outcome is None:
        return
    assert call.price
    finished = AttemptFinished(
        ended_at=began + timedelta(milliseconds=call.latency_ms),
        latency_ms=call.latency_ms,
        outcome=call.outcome,
        price_state=call.price,
        time_to_first_token_ms=412.0 if call.outcome is AttemptOutcome.OK else None,
        error_kind=call.error_kind,
        finish_reason="stop" if call.outcome is AttemptOutcome.OK else None,
        input_tokens=call.tokens[0],
        output_tokens=call.tokens[1],
        cost_usd=call.cost,
    )
    await log.finish(attempt_id, finished)


async def _check(_: Database, rows: RunRows, plan: Plan, run_id: int) -> None:
    plain = [
        {"kind": "amount", "severity": "note", "start": 120, "end": 130},
        {"kind": "promise", "severity": "concern", "start": 170, "end": 195},
    ]
    details = ["It names an amount: 129.00 EUR", f"It promises {NAME} a time: within 5 working days"]
    told = [{**finding, "detail": detail} for finding, detail in zip(plain, details, strict=True)]
    confidence = {"value": 0.62, "parts": {"grounding": 0.74, "support": 0.9, "cited": 1.0, "checks": 0.8}}
    facts = {"draft.largest_amount": "129.00", "draft.promises": 1}
    content = {"findings": told, "facts": facts, "confidence": confidence}
    rows.step("check", MS["check"], {"findings": plain, "confidence": confidence}, content)


async def _decide(_: Database, rows: RunRows, plan: Plan, run_id: int) -> None:
    data = {"verdict": plan.verdict, "because": list(plan.because), "policy_version": POLICY, "lowered": None}
    rows.step("decide", MS["decide"], data)
    facts = {
        "ticket.subject": plan.subject,
        "requester.organisation": "Kowalska Outdoor",
        "screen.topics": {"refund": 0.9},
        "draft.largest_amount": 129.0,
        "draft.language": "en",
        "knowledge.newest_age_days": None,
    }
    rows.decision(verdict=plan.verdict, policy_version=POLICY, explanation=plan.explanation, facts=facts)
    state = DraftState.WITHHELD if plan.verdict == "withhold" else DraftState.PROPOSED
    rows.draft(version="v3", answers="m2", state=state, text_hash="0" * 64, language="en")
    if plan.verdict != "withhold":
        rows.intent(purpose="note", version="v3", mark=f"cs-7f3k2{run_id:04d}", text_hash="0" * 64)


async def _deliver(_: Database, rows: RunRows, plan: Plan, run_id: int) -> None:
    if plan.verdict == "withhold":
        return
    receipt = {"entry": f"entry-{run_id}", "version": "v4", "at": datetime.now(UTC), "detail": None}
    await rows.written("note", receipt, plan.draft_state)


STEPS = {
    "context": _context,
    "screen": _screen,
    "ground": _ground,
    "draft": _draft,
    "check": _check,
    "decide": _decide,
    "deliver": _deliver,
}
