"""Spans and measures on their way to a collector, by OTLP over HTTP. The one file that imports OpenTelemetry."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Counter, Histogram
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.errors import RunEnded
from gateway.tracing import HTTP_SECONDS, Attributes, Kind

SCOPE = "countersign"
CLOSE_WITHIN = 1.5  # seconds that a collector may keep a process from ending
SECONDS = [0.01 * 2**power for power in range(14)]  # the buckets that OpenTelemetry names for models
TOKENS = [float(4**power) for power in range(14)]
HISTOGRAMS = {
    "http.server.request.duration": ("s", list(HTTP_SECONDS)),
    "gen_ai.client.operation.duration": ("s", SECONDS),
    "gen_ai.client.operation.time_to_first_chunk": ("s", SECONDS),
    "gen_ai.client.token.usage": ("{token}", TOKENS),
    "gen_ai.workflow.duration": ("s", SECONDS),
}
COUNTERS = {
    "gen_ai.client.inference.usage.input_tokens": "{token}",
    "gen_ai.client.inference.usage.output_tokens": "{token}",
    "gen_ai.client.inference.usage.cache_read.input_tokens": "{token}",
    "gen_ai.client.inference.usage.cache_write.input_tokens": "{token}",
    "gen_ai.client.inference.usage.reasoning.output_tokens": "{token}",
    "countersign.model.cost": "{USD}",  # OpenTelemetry has no name for money
}
KINDS = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "consumer": SpanKind.CONSUMER,
}


class Otlp:
    """`gateway.tracing.Recorder` over OpenTelemetry's SDK, whose own variables say how often and with what headers.

    Its providers are not made the process's: what else is installed may speak of content.
    """

    def __init__(self, service: str, release: str) -> None:
        name = os.environ.get("OTEL_SERVICE_NAME") or f"countersign-{service}"
        resource = Resource.create({"service.name": name, "service.version": release})
        self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        reader = PeriodicExportingMetricReader(OTLPMetricExporter())
        self._measures = MeterProvider(resource=resource, metric_readers=[reader], shutdown_on_exit=False)
        self._tracer = self._traces.get_tracer(SCOPE, release)
        meter = self._measures.get_meter(SCOPE, release)
        self._histograms: dict[str, Histogram] = {
            name: meter.create_histogram(name, unit, explicit_bucket_boundaries_advisory=buckets)
            for name, (unit, buckets) in HISTOGRAMS.items()
        }
        self._counters: dict[str, Counter] = {name: meter.create_counter(name, unit) for name, unit in COUNTERS.items()}
        self._headers = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, kind: Kind, parent: str | None, attributes: Attributes) -> Iterator[str]:
        """An error is told by its class alone: its message may quote a ticket."""
        context = self._headers.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(
            name,
            context,
            KINDS[kind],
            _known(attributes),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            carrier: dict[str, str] = {}
            self._headers.inject(carrier)
            try:
                yield carrier["traceparent"]
            except RunEnded:  # an end like any other
                raise
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def note(self, attributes: Attributes, error: str | None) -> None:
        span = get_current_span()
        span.set_attributes(_known(attributes))
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(Status(StatusCode.ERROR))

    def measure(self, name: str, value: float, attributes: Attributes) -> None:
        if name in self._counters:
            self._counters[name].add(value, _known(attributes))
        else:
            self._histograms[name].record(value, _known(attributes))

    def close(self) -> None:
        """Send what is left, as far as the collector takes it in time: the SDK would wait for it much longer."""
        closing = [Thread(target=_shut, args=(one,), daemon=True) for one in (self._traces, self._measures)]
        for thread in closing:
            thread.start()
        deadline = time.monotonic() + CLOSE_WITHIN
        for thread in closing:
            thread.join(max(0.0, deadline - time.monotonic()))


def _shut(provider: TracerProvider | MeterProvider) -> None:
    with suppress(Exception):  # the SDK has said in the log that it could not send
        provider.shutdown()


def _known(attributes: Attributes) -> dict[str, str | int | float | bool | list[str]]:
    return {name: value for name, value in attributes.items() if value is not None}
