"""The canonical log line of a run, and its numbers for the metrics."""

from typing import Any

import structlog

from gateway.store.database import Row
from gateway.telemetry import model_cost, run_seconds, runs, unpriced, waited_seconds

log = structlog.get_logger()


def tell(run: Row) -> None:
    """One line a run, with its cost and every step's milliseconds, and nothing that anybody wrote."""
    cost = run["cost_usd"]
    log.info("run", **_fields(run))
    runs.labels(run["account"], run["state"], run["verdict"] or "none").inc()
    if run["took_ms"] is not None:
        run_seconds.labels(run["account"]).observe(run["took_ms"] / 1000)
    if run["waited_ms"] is not None:
        waited_seconds.labels(run["account"]).observe(run["waited_ms"] / 1000)
    if cost is not None and run["model"]:
        model_cost.labels(run["model"]).inc(float(cost))
    if run["unpriced_attempts"]:
        unpriced.inc(run["unpriced_attempts"])


def _fields(run: Row) -> dict[str, Any]:
    cost = run["cost_usd"]
    return {
        "run": run["id"],
        "account": run["account"],
        "ticket": run["ticket_id"],
        "state": run["state"],
        "reason": run["reason"],
        "verdict": run["verdict"],
        "model": run["model"],
        "input_tokens": run["input_tokens"],
        "output_tokens": run["output_tokens"],
        # As text: a sum of money must not lose digits in a float. Null: no call was made, or no price is known.
        "cost_usd": None if cost is None else f"{cost:f}",
        "unpriced_attempts": run["unpriced_attempts"],
        "waited_ms": run["waited_ms"],
        "took_ms": run["took_ms"],
        "step_ms": run["step_ms"],
        "policy": run["policy_version"],
    }
