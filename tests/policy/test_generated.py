"""What is made from the catalogue stays what the catalogue says."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from gateway.policy import CATALOGUE, FactType, render_facts, wrong_facts
from gateway.policy.facts_table import with_facts
from gateway.policy.schema import render_schema, schema
from gateway.policy.words import FINDINGS, PII_KINDS
from gateway.screening.personal import Kind as Personal
from gateway.workflow.checks.findings import Kind as Finding
from tests.policy.sets import policy, rule

POLICIES = Path(__file__).parents[2] / "policies"
FILES = sorted(path for path in POLICIES.rglob("*.yaml"))


def test_the_schema_for_editors_is_up_to_date() -> None:
    assert (POLICIES / "schema.json").read_text() == render_schema(), "run: countersign policy generate"


def test_the_table_in_the_readme_is_up_to_date() -> None:
    readme = (POLICIES / "README.md").read_text()

    assert with_facts(readme) == readme, "run: countersign policy generate"


def test_a_readme_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        with_facts("# Policies")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(POLICIES)))
def test_every_shipped_file_is_what_the_schema_says(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), schema())


@pytest.mark.parametrize(
    "text",
    [
        rule("always", "{reply: approve}"),
        rule("always", "{reply: review}", mode="watch"),
        rule("{al: [x]}", "{reply: review}"),
        policy("- rule: a\n  then: {reply: review}"),
        rule("always", "{escalate: {within: 4 hours}}"),
        rule("always", "{reply: review}").replace("title:", "titel:"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), schema())


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(render_schema()))


def test_every_example_and_default_is_of_its_facts_type() -> None:
    assert wrong_facts({name: fact.example for name, fact in CATALOGUE.items()}, CATALOGUE) == []
    assert wrong_facts({name: fact.default for name, fact in CATALOGUE.items()}, CATALOGUE) == []


def test_every_number_has_a_unit_and_every_fact_a_meaning() -> None:
    assert [fact.name for fact in CATALOGUE.values() if fact.type is FactType.NUMBER and not fact.unit] == []
    assert [fact.name for fact in CATALOGUE.values() if not fact.meaning] == []


def test_the_table_for_a_terminal_names_every_fact_in_100_columns() -> None:
    text = render_facts()

    assert [name for name in CATALOGUE if f"  {name} " not in text] == []
    assert max(map(len, text.splitlines())) <= 100


def test_policies_know_the_kinds_of_personal_data_that_are_searched_for() -> None:
    assert {kind.value.lower() for kind in Personal} - {"literal"} == set(PII_KINDS)


def test_policies_know_the_findings_that_checks_make() -> None:
    assert {kind.value for kind in Finding} == set(FINDINGS)
