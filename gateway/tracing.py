"""Traces and `gen_ai.*` measures for OpenTelemetry: off unless asked for, ids and numbers, never a word of a ticket.

OpenTelemetry is imported only where OTEL_EXPORTER_OTLP_ENDPOINT names a collector. Without one, the trace of a
webhook is still told in the log and carried on to what is written.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Protocol

from connectors.tracing import current, traced, valid

Kind = Literal["internal", "server", "client", "consumer"]
Attributes = Mapping[str, str | int | float | bool | list[str] | None]  # None: nobody knows, and nothing is told
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
HTTP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)  # as the convention has it


class Recorder(Protocol):
    """Who tells a collector. `gateway.otlp` has the one there is."""

    def span(self, name: str, kind: Kind, parent: str | None, attributes: Attributes) -> AbstractContextManager[str]:
        """Something that takes time; gives the `traceparent` of what is called inside."""
        ...

    def note(self, attributes: Attributes, error: str | None) -> None:
        """More about the span that is open; `error` is one word."""
        ...

    def measure(self, name: str, value: float, attributes: Attributes) -> None:
        """One value of an instrument."""
        ...

    def close(self) -> None:
        """Send what is left."""
        ...


_recorder: Recorder | None = None


def switch_on(service: str, release: str) -> None:
    """Begin to tell the collector that the environment names, if it names one. Telemetry never keeps tickets waiting:
    where it cannot be, the log says so and the work goes on."""
    global _recorder
    if not os.environ.get(ENDPOINT):
        return
    try:
        from gateway.otlp import Otlp
    except ImportError:
        logging.getLogger("countersign").error(
            "no traces: %s is set, and OpenTelemetry is not installed (pip install 'countersign[otel]')", ENDPOINT
        )
        return
    _recorder = Otlp(service, release)


def switch_off() -> None:
    """Send what is left, and tell nothing more."""
    global _recorder
    if _recorder is not None:
        _recorder.close()
    _recorder = None


@contextmanager
def span(
    name: str, attributes: Attributes | None = None, *, kind: Kind = "internal", parent: str | None = None
) -> Iterator[None]:
    """Something that takes time. `parent` is a `traceparent` from outside; else it is part of what is going on."""
    if _recorder is None:
        with traced(valid(parent) or current()):
            yield
        return
    with _recorder.span(name, kind, valid(parent), attributes or {}) as traceparent, traced(traceparent):
        yield


def note(attributes: Attributes, *, error: str | None = None) -> None:
    """More about the span that is open; with `error`, one word, it has failed."""
    if _recorder is not None:
        _recorder.note(attributes, error)


def measure(name: str, value: float | None, attributes: Attributes) -> None:
    """One value of an instrument; nothing where the value is not known."""
    if _recorder is not None and value is not None:
        _recorder.measure(name, value, attributes)


def ids() -> dict[str, str]:
    """The ids of the trace and the span for the log; empty where nothing is traced."""
    traceparent = current()
    if traceparent is None:
        return {}
    _, trace_id, span_id, _ = traceparent.split("-")
    return {"trace_id": trace_id, "span_id": span_id}
