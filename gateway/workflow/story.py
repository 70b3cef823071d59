"""The canonical log line of a run (`docs/log-line.schema.json` says what each field means), and its numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from gateway.records import RunState
from gateway.store.database import Row
from gateway.telemetry import draft_seconds, run_seconds, runs, waited_seconds
from gateway.tracing import Attributes, ids, measure, note, span
from gateway.workflow.walk import Walk

log = structlog.get_logger()
UNTRACED = {"trace_id": None, "span_id": None}
WENT_WRONG = (RunState.FAILED, RunState.UNCERTAIN)
WORKFLOW = {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "countersign"}


@contextmanager
def traced(walk: Walk) -> Iterator[None]:
    """The span of one try of a run, in the trace of the webhook that began it."""
    told: Attributes = {
        **WORKFLOW,
        "gen_ai.conversation.id": walk.ticket_id,
        "countersign.run": walk.run_id,
        "countersign.account": walk.account,
    }
    with span("invoke_workflow countersign", told, kind="consumer", parent=walk.event["traceparent"]):
        yield


def tell(run: Row) -> None:
    """One line a run, with its cost and every step's milliseconds, and nothing that anybody wrote."""
    log.info("run", **_fields(run))
    _count(run)
    outcome = RunState(run["state"])
    note(
        {
            "countersign.outcome": outcome,
            "countersign.verdict": run["verdict"],
            "countersign.cost.usd": None if run["cost_usd"] is None else float(run["cost_usd"]),
        },
        error=outcome if outcome in WENT_WRONG else None,
    )


def _count(run: Row) -> None:
    waited, took = run["waited_ms"], run["took_ms"]
    runs.labels(run["account"], run["state"], run["verdict"] or "none").inc()
    if took is not None:
        run_seconds.labels(run["account"]).observe(took / 1000)
        measure("gen_ai.workflow.duration", took / 1000, WORKFLOW)
    if waited is not None:
        waited_seconds.labels(run["account"]).observe(waited / 1000)
    if run["state"] == RunState.DONE and run["verdict"] in ("review", "send") and None not in (waited, took):
        draft_seconds.labels(run["account"]).observe((waited + took) / 1000)


def _fields(run: Row) -> dict[str, Any]:
    cost = run["cost_usd"]
    return {
        "run": run["id"],
        "account": run["account"],
        "ticket": run["ticket_id"],
        "outcome": run["state"],
        "reason": run["reason"],
        "verdict": run["verdict"],
        "rules": run["rules"] or [],
        "policy": run["policy_version"],
        "model": run["model"],
        "input_tokens": run["input_tokens"],
        "output_tokens": run["output_tokens"],
        # As text: a sum of money must not lose digits in a float. Null: no call was made, or no price is known.
        "cost_usd": None if cost is None else f"{cost:f}",
        "unpriced_attempts": run["unpriced_attempts"],
        "desk_calls": run["desk_calls"],
        "untold_tries": run["untold_tries"],
        "waited_ms": run["waited_ms"],
        "took_ms": run["took_ms"],
        "step_ms": run["step_ms"],
        **(ids() or UNTRACED),
    }
