"""Every connector answers every house rule, and gives a reason where the answer is not plainly "done"."""

from pathlib import Path

import pytest
import yaml

import connectors

RULES = {
    "signed_webhook_verified",
    "duplicate_delivery_same_event_id",
    "pagination_followed",
    "version_carried",
    "conditional_write",
    "find_mark_scoped_to_integration_user",
    "own_writes_recognised",
    "template_syntax_neutralised",
    "errors_mapped",
    "rate_limit_headers_honoured",
    "check_proves_rights",
    "attachments_metadata",
    "public_only_by_public_reply",
    "live_tested",
}


HEADINGS = ["## 1. An integration user", "## 2. Credentials", "## 3. The webhook", "## 4. Prove it", "## What to know"]
TESTED = {"documentation", "published_spec", "live"}


@pytest.mark.parametrize("name", sorted(connectors.REGISTRY))
def test_every_house_rule_is_answered(name: str) -> None:
    card = yaml.safe_load((Path(connectors.__file__).parent / connectors.folder(name) / "quality.yaml").read_text())

    assert set(card) == {"system", "versions", "draft", "tested", "unverified", "rules"}
    assert card["tested"] in TESTED
    assert set(card["rules"]) == RULES
    for rule, answer in card["rules"].items():
        assert answer == "done" or (set(answer) <= {"todo", "exempt"} and all(answer.values())), rule


@pytest.mark.parametrize("name", sorted(connectors.REGISTRY.keys() - {"sandbox"}))
def test_every_readme_leads_an_admin_through_the_same_steps(name: str) -> None:
    text = (Path(connectors.__file__).parent / connectors.folder(name) / "README.md").read_text()

    assert [one for one in HEADINGS if not any(line.startswith(one) for line in text.splitlines())] == []
