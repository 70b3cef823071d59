"""Dashboard and rules ask for nothing that is not exported, and nothing is exported that has no end of series."""

from collections.abc import Iterator

import pytest
from prometheus_client.metrics_core import Metric

from gateway import telemetry
from gateway.telemetry import REGISTRY
from tests.deploy.expressions import (
    DASHBOARD,
    RULES,
    dashboard_expressions,
    labels,
    metrics,
    panels,
    recorded,
    rule_expressions,
    selections,
)

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
# Labels whose values come from our code or from the files of the installation: never an id, a name or a text.
BOUNDED = {
    "account", "outcome", "state", "verdict", "step", "model", "provider", "purpose", "kind", "error", "rule", "budget",
    "share", "version", "fact", "policy", "why", "channel", "http_request_method", "http_route",
    "http_response_status_code",
}  # fmt: skip
EXPRESSIONS = sorted({*rule_expressions(), *dashboard_expressions()})


def exported() -> dict[str, Metric]:
    """Every series name that /metrics can show, with its family."""
    families: Iterator[Metric] = iter(REGISTRY.collect())
    return {family.name + suffix: family for family in families for suffix in SUFFIXES[family.type]}


def labels_of(name: str) -> set[str]:
    """The labels that a series of this name has: asked of the collector, because it may have no series yet."""
    return {label for collector, names in REGISTRY._collector_to_names.items() if name in names
            for label in collector._labelnames} | ({"le"} if name.endswith("_bucket") else set())  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_names_metrics_that_are_exported_or_recorded(expression: str) -> None:
    named = metrics(expression)

    assert named
    assert named <= exported().keys() | recorded()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_selects_and_groups_by_labels_that_its_metrics_have(expression: str) -> None:
    for name, label, _ in selections(expression):
        assert label in labels_of(name)
    having = set().union(*(labels_of(name) for name in metrics(expression)))
    assert labels(expression) <= having


def test_the_thresholds_of_the_objectives_are_buckets_that_are_exported() -> None:
    telemetry.begin_at_zero(["acme"])
    telemetry.acknowledged.observe(0.1)
    shown = {
        (sample.name, sample.labels["le"])
        for family in REGISTRY.collect()
        for sample in family.samples
        if "le" in sample.labels
    }

    asked = {(name, value) for told in EXPRESSIONS for name, label, value in selections(told) if label == "le"}
    assert len(asked) == 2
    assert asked <= shown


def test_what_must_be_seen_growing_from_nothing_is_there_before_anything_happened() -> None:
    telemetry.begin_at_zero(["fresh"])

    at_zero = {
        (sample.name, sample.labels.get("outcome") or sample.labels.get("state") or "")
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.labels.get("account") == "fresh" and sample.value == 0
    }
    assert {
        ("countersign_dead_events_total", ""),
        ("countersign_quarantined_deliveries_total", ""),
        ("countersign_new_fields_total", ""),
        ("countersign_deliveries_total", "not_kept"),
        ("countersign_runs_total", "failed"),
        ("countersign_runs_total", "uncertain"),
        ("countersign_runs_total", "done"),
    } <= at_zero


def test_no_metric_has_a_label_with_endless_values() -> None:
    used = {label for collector in REGISTRY._collector_to_names for label in collector._labelnames}

    assert used <= BOUNDED


def test_a_name_that_is_not_exported_would_be_found() -> None:
    asked = (
        'sum by (account) (rate(countersign_gone_total{state=~"a|b"}[5m])) / countersign_lost:error_ratio:rate5m > 0'
    )

    assert metrics(asked) == {"countersign_gone_total", "countersign_lost:error_ratio:rate5m"}
    assert not metrics(asked) & (exported().keys() | recorded())


def test_the_dashboard_has_a_uid_a_datasource_to_choose_and_its_four_rows() -> None:
    assert DASHBOARD["uid"] == "countersign"
    assert isinstance(DASHBOARD["schemaVersion"], int)
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == ["datasource", "account"]
    assert [panel["title"].split(":")[0] for panel in panels() if panel["type"] == "row"] == [
        "RED", "Cost", "Quality", "Policy",
    ]  # fmt: skip
    charts = [panel for panel in panels() if panel["type"] != "row"]
    assert {panel["datasource"]["uid"] for panel in charts} == {"${datasource}"}
    assert len({panel["id"] for panel in panels()}) == len(list(panels()))


def test_every_alert_says_how_bad_it_is_what_has_happened_and_what_to_do() -> None:
    alerts = [rule for group in RULES["groups"] for rule in group["rules"] if "alert" in rule]

    assert len(alerts) >= 15
    for alert in alerts:
        assert alert["labels"]["severity"] in ("page", "ticket", "info")
        assert alert["annotations"]["summary"]
        assert alert["annotations"]["description"]
