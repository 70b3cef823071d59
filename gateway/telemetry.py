"""Logs and metrics: one JSON object a line, RFC 3339 UTC, ids and numbers, and never a word of a ticket."""

import logging
import sys
from collections.abc import Iterable
from importlib.metadata import version
from itertools import product
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from structlog.typing import EventDict

from gateway.tracing import HTTP_SECONDS

RELEASE = version("countersign")
REGISTRY = CollectorRegistry()
VERDICTS = ("none", "send", "review", "withhold")
TURNED_AWAY = (
    *("account_rate", "address_rate", "at_once", "connections", "memory", "no_length", "too_large", "too_slow"),
)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

deliveries = Counter(
    "countersign_deliveries", "Webhook deliveries by what became of them", ["account", "outcome"], registry=REGISTRY
)
quarantined = Counter(
    "countersign_quarantined_deliveries", "Authentic deliveries that could not be read", ["account"], registry=REGISTRY
)
new_fields = Counter(
    "countersign_new_fields", "Fields of deliveries that were never there before", ["account"], registry=REGISTRY
)
polls = Counter("countersign_polls", "Polls by what became of them", ["account", "outcome"], registry=REGISTRY)
fact_disagreements = Counter(
    "countersign_fact_disagreements",
    "Tickets of which two sources tell another fact",
    ["account", "fact"],
    registry=REGISTRY,
)
acknowledged = Histogram(
    "countersign_acknowledgement_seconds", "From a delivery to its answer", registry=REGISTRY, buckets=SECONDS
)
# OpenTelemetry's own name and buckets, so that dashboards for it know what it is.
http_seconds = Histogram(
    "http_server_request_duration_seconds",
    "Requests to the web process",
    ["http_request_method", "http_route", "http_response_status_code"],
    registry=REGISTRY,
    buckets=HTTP_SECONDS,
)
runs = Counter("countersign_runs", "Runs by how they ended", ["account", "state", "verdict"], registry=REGISTRY)
run_seconds = Histogram(
    "countersign_run_seconds",
    "From the first step of a run to its end",
    ["account"],
    registry=REGISTRY,
    buckets=SECONDS,
)
waited_seconds = Histogram(
    "countersign_wait_seconds", "From acceptance to the first step", ["account"], registry=REGISTRY, buckets=SECONDS
)
draft_seconds = Histogram(
    "countersign_draft_seconds",
    "From acceptance to a draft that is written, by a run that wrote one",
    ["account"],
    registry=REGISTRY,
    buckets=SECONDS,
)
step_seconds = Histogram("countersign_step_seconds", "Steps of the line", ["step"], registry=REGISTRY, buckets=SECONDS)
model_cost = Counter("countersign_model_cost_usd", "USD spent on models, as far as known", ["model"], registry=REGISTRY)
model_calls = Counter(
    "countersign_model_calls",
    "Calls to models by how they ended",
    ["provider", "model", "purpose", "outcome"],
    registry=REGISTRY,
)
model_seconds = Histogram(
    "countersign_model_call_seconds", "Calls to models", ["provider", "model"], registry=REGISTRY, buckets=SECONDS
)
model_tokens = Counter(
    "countersign_model_tokens",
    "Tokens as the providers told; cached ones are part of input, reasoning is part of output",
    ["model", "kind"],
    registry=REGISTRY,
)
unpriced = Counter("countersign_unpriced_attempts", "Model calls whose price is not known", registry=REGISTRY)
abandoned_attempts = Counter("countersign_abandoned_attempts", "Model calls whose process died", registry=REGISTRY)
suspect_attempts = Counter(
    "countersign_suspect_attempts", "Model calls whose told tokens are far from what was sent", registry=REGISTRY
)
budget_notices = Counter(
    "countersign_budget_notices", "Owners told that a share of a budget is used", ["budget", "share"], registry=REGISTRY
)
notices = Counter(
    "countersign_notices", "Notices to people by what became of them", ["channel", "outcome"], registry=REGISTRY
)
open_circuits = Gauge(
    "countersign_circuit_open",
    "1 while a provider is left alone because it does not answer",
    ["model"],
    registry=REGISTRY,
)
skipped_calls = Counter(
    "countersign_skipped_calls",
    "Calls to models that were not made: the circuit is open, or a limit or a Retry-After is not over",
    ["model", "why"],
    registry=REGISTRY,
)
changed_replies = Counter(
    "countersign_changed_replies", "Replies that the help desk shows with other words", ["account"], registry=REGISTRY
)
failures = Counter("countersign_failed_tries", "Failed tries of events by kind of error", ["error"], registry=REGISTRY)
outcomes = Counter("countersign_outcomes", "Drafts by what people did with them", ["outcome"], registry=REGISTRY)
waiting_events = Gauge("countersign_waiting_events", "Events that wait for their end, pauses aside", registry=REGISTRY)
oldest_waiting = Gauge(
    "countersign_oldest_waiting_seconds", "How long the oldest of them has waited; 0: none", registry=REGISTRY
)
database_away = Gauge(
    "countersign_database_away", "1 while the database is away, or keeps nothing in time", registry=REGISTRY
)
turned_away = Counter(
    "countersign_turned_away", "Requests and connections that were too much, by what of", ["why"], registry=REGISTRY
)
deliveries_in_hand = Gauge(
    "countersign_deliveries_in_hand", "Deliveries that are being kept just now", registry=REGISTRY
)
connections = Gauge("countersign_connections", "Open connections of the web process", registry=REGISTRY)
observed_rules = Counter(
    "countersign_observed_rules", "Runs in which a rule in mode observe came out true", ["rule"], registry=REGISTRY
)
dead = Counter("countersign_dead_events", "Events that were given up", ["account"], registry=REGISTRY)
policy_reload_failed = Gauge(
    "countersign_policy_reload_failed", "1 while an edit of the policies is refused", registry=REGISTRY
)
paused = Gauge(
    "countersign_paused", "1 while nothing is written for the account, else 0", ["account"], registry=REGISTRY
)
deadlines = Counter("countersign_deadlines_passed", "Deadlines that nobody met", ["account"], registry=REGISTRY)
build = Gauge("countersign_build_info", "The version that runs", ["version"], registry=REGISTRY)


def begin_at_zero(accounts: Iterable[str]) -> None:
    """To Prometheus a counter that appears with its first bad event has not grown: let it be there before."""
    unpriced.inc(0)
    for why in TURNED_AWAY:
        turned_away.labels(why)
    for account in accounts:
        for state, verdict in product(("done", "failed", "uncertain"), VERDICTS):
            runs.labels(account, state, verdict)
        for outcome in ("accepted", "duplicate", "ignored", "quarantined", "not_kept"):
            deliveries.labels(account, outcome)
        for counter in (dead, quarantined, new_fields, changed_replies, deadlines, draft_seconds):
            counter.labels(account)


def configure(*, service: str, level: str = "info") -> None:
    """Set up this process's log. `service` is `web`, `worker` or `cli`."""
    build.labels(RELEASE).set(1)

    def identify(_logger: Any, _method: str, event: EventDict) -> EventDict:
        event["service.name"] = f"countersign-{service}"
        event["service.version"] = RELEASE
        event["severity_text"] = str(event.pop("level", "info")).upper()
        event["body"] = event.pop("event", "")
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                identify,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Libraries speak of every job and every request; ours says it once a run.
    for chatty in ("procrastinate", "httpx", "uvicorn.access", "LiteLLM", "psycopg.pool"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
