"""The connector answers every house rule, the same ones as the sandbox, with a reason where it is not plainly done."""

from pathlib import Path

import yaml

import connectors.zammad
from tests.connectors.sandbox.test_quality import RULES


def test_every_house_rule_is_answered() -> None:
    card = yaml.safe_load((Path(connectors.zammad.__file__).parent / "quality.yaml").read_text())

    assert set(card) == RULES
    for rule, answer in card.items():
        assert answer == "done" or (set(answer) <= {"todo", "exempt"} and all(answer.values())), rule
