"""The set that is shipped: in order, tested to the last rule, and without a way to send by itself."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from gateway.policy import CATALOGUE, FactType, PolicySet, Verdict, check, load, run_tests
from tests.policy.sets import facts

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "policies"


@pytest.fixture(scope="module")
def starter() -> PolicySet:
    return load(STARTER)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    """What the demo runs on: the starter set, and over it the demo's own files."""
    folder = tmp_path_factory.mktemp("demo") / "policies"
    shutil.copytree(STARTER, folder)
    shutil.copytree(ROOT / "gateway" / "demo" / "policies", folder, dirs_exist_ok=True)
    assert check(folder) == []
    return load(folder)


def test_the_starter_set_is_in_order() -> None:
    assert check(STARTER) == []


def test_its_tests_pass_and_meet_every_rule(starter: PolicySet) -> None:
    report = run_tests(starter)

    assert [(tested.file, tested.name, tested.differences) for tested in report.failed] == []
    assert [rule.id for rule in report.never_matched] == []
    assert report.untested == []


def test_the_tests_of_the_demos_set_pass_and_meet_every_rule(demo: PolicySet) -> None:
    report = run_tests(demo)

    assert [(tested.file, tested.name, tested.differences) for tested in report.failed] == []
    assert [rule.id for rule in report.never_matched] == []


def test_every_file_says_who_owns_it_and_why(starter: PolicySet) -> None:
    for file in (*starter.policies, *starter.topics.all):
        assert file.owner.team, file.file
        assert "@" in file.owner.contact, file.file
        assert file.why.endswith("."), file.file


def test_every_file_shows_a_case_that_it_leaves_alone(starter: PolicySet) -> None:
    for cases in starter.cases:
        left_alone = [
            case for case in cases.cases if case.expect.get("matched") == [] or case.expect.get("found") is False
        ]
        always = {"models/spending.yaml", "models/routes.yaml", "redaction/personal-data.yaml", None}
        assert left_alone or cases.subject in always, cases.file


def test_nothing_is_ever_sent_by_the_starter_set(starter: PolicySet) -> None:
    chance = random.Random(20261005)

    verdicts = {starter.decide(_some(chance), explain=False).verdict for _ in range(2000)}

    assert Verdict.SEND not in verdicts
    assert not [rule.id for rule in starter.rules() if rule.binds and rule.then.reply is Verdict.SEND]


def test_the_demo_sends_routine_answers_on_one_account_alone(demo: PolicySet) -> None:
    assert demo.decide(facts(ticket__account="demo-auto")).verdict is Verdict.SEND
    assert demo.decide(facts(ticket__account="demo")).verdict is Verdict.REVIEW


def _some(chance: random.Random) -> dict[str, Any]:
    """Facts at random, most of them sound, some unknown."""
    found = facts()
    for name in chance.sample(sorted(CATALOGUE), 8):
        fact = CATALOGUE[name]
        choices: dict[FactType, list[Any]] = {
            FactType.NUMBER: [0, 1, 0.5, 1000],
            FactType.YES_NO: [True, False],
            FactType.TEXT: list(fact.values) or ["", "x"],
            FactType.LIST: [[], list(fact.values)[:1]],
            FactType.SCORES: [{}, {"refund": 0.9}, {"legal_threat": 0.9, "churn": 0.6}],
            FactType.TIME: [fact.default],
        }
        found[name] = chance.choice([*choices[fact.type], None])
    return found
