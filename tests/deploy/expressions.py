"""What the dashboard and the rules ask Prometheus, taken apart as far as a test needs it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "rules.yaml").read_text())
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "countersign.json").read_text())

STRING = re.compile(r'"[^"]*"')
SELECTOR = re.compile(r"\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
NAME = re.compile(r"(?<![\w:.$])[a-zA-Z_:][\w:]*(?![\w:]*\s*\()")
MATCH = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset"}


def rule_expressions() -> list[str]:
    return [rule["expr"] for group in RULES["groups"] for rule in group["rules"]]


def recorded() -> set[str]:
    """Metrics that the rules make themselves."""
    return {rule["record"] for group in RULES["groups"] for rule in group["rules"] if "record" in rule}


def panels(within: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Every panel of the dashboard, those of folded rows among them."""
    for panel in (within or DASHBOARD).get("panels", []):
        yield panel
        yield from panels(panel)


def dashboard_expressions() -> list[str]:
    asked = [target["expr"] for panel in panels() for target in panel.get("targets", [])]
    variables = [
        variable["query"]["query"] for variable in DASHBOARD["templating"]["list"] if variable["type"] == "query"
    ]
    return [*asked, *(re.sub(r"label_values\((.*), *\w+\)", r"\1", query) for query in variables)]


def metrics(expression: str) -> set[str]:
    """The names of the metrics in it."""
    bare = re.sub(r"\[[^]]*\]", "", SELECTOR.sub("", GROUPING.sub("", STRING.sub('""', expression))))
    return {name for name in NAME.findall(bare) if name not in WORDS}


def selections(expression: str) -> Iterator[tuple[str, str, str]]:
    """Each metric, label and wanted values, as `a|b` where there are several."""
    for name, inside in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", expression):
        for label, _, values in MATCH.findall(inside):
            yield name, label, values


def labels(expression: str) -> set[str]:
    """The labels by which it groups."""
    return {label.strip() for inside in GROUPING.findall(expression) for label in inside.split(",") if label.strip()}
