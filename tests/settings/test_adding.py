"""An account is added to countersign.yaml as text: what an admin wrote stays as it is, to the byte."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.errors import ConfigurationInvalid, NotAllowed
from gateway.settings.adding import addition, with_account

KNOWN = ["zendesk", "sandbox"]
OWNER = {"team": "Care", "contact": "care@example.com"}
NEW: dict[str, Any] = {
    "connector": "zendesk",
    "title": "Müller & Söhne: #1",
    "owner": OWNER,
    "base_url": "https://shop.zendesk.com",
    "options": {"email": "bot@shop.example", "locales": ["en-us", "no"], "account_id": 7},
    "secrets": {"api_token": {"env": "SHOP_API_TOKEN"}, "webhook_secret": {"file": "/run/secrets/shop"}},
}
ONE = """\
# Our installation.   Ask Ann before you change it!
version: 1

accounts:
    # the main one
    acme:   # since 2019
        connector: sandbox
        owner: {team: Care,  contact: care@example.com}
        base_url: "https://desk.example"
        # tokens are rotated in May
        secrets: {api_token: {env: ACME_TOKEN}}
    # an old one, kept for its notes:
    #   connector: sandbox

# Models below.
models: {}
"""


def added(text: str, entry: dict[str, Any] = NEW) -> str:
    return with_account(text, "shop", entry)


def test_nothing_that_was_there_changes() -> None:
    after = added(ONE).splitlines()

    before = ONE.splitlines()
    at = before.index("    #   connector: sandbox") + 1
    assert after[:at] == before[:at]
    assert after[at] == "    shop:"
    assert after[len(after) - len(before) + at :] == before[at:]


@pytest.mark.parametrize(
    "text",
    [
        ONE,
        ONE.replace("\n", "\r\n"),
        ONE.replace("\nmodels: {}\n", "\nmodels: {}"),
        "version: 1\naccounts: {} # none yet\nmodels: {}\n",
        "version: 1\naccounts: {}",
        "version: 1\naccounts:\nmodels: {}\n",
        "version: 1\n# no accounts yet\n",
        "accounts:\n  acme:\n    connector: sandbox\n    title: |\n      # not a comment\n\n\nmodels: {}\n",
    ],
)
def test_what_is_written_is_what_was_meant(text: str) -> None:
    after = added(text)

    found = yaml.safe_load(after)
    before = yaml.safe_load(text)
    assert found["accounts"].pop("shop") == NEW
    assert found["accounts"] == (before.get("accounts") or {})
    assert {key: value for key, value in found.items() if key != "accounts"} == {
        key: value for key, value in before.items() if key != "accounts"
    }


def test_line_ends_stay_what_they_are() -> None:
    after = added(ONE.replace("\n", "\r\n"))

    assert after.count("\n") == after.count("\r\n")


def test_a_comment_beside_the_empty_braces_stays() -> None:
    assert "accounts: # none yet\n" in added("version: 1\naccounts: {} # none yet\n")


class TestAFile:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        file = tmp_path / "countersign.yaml"
        file.write_text(ONE)
        file.chmod(0o640)
        return file

    def test_is_written_in_one_go_with_its_rights_kept(self, file: Path) -> None:
        addition(file, "shop", NEW, KNOWN).write()

        assert yaml.safe_load(file.read_text())["accounts"]["shop"] == NEW
        assert file.stat().st_mode & 0o777 == 0o640
        assert [path.name for path in file.parent.iterdir()] == [file.name]

    def test_that_is_a_link_stays_one(self, file: Path) -> None:
        link = file.parent / "link.yaml"
        link.symlink_to(file)

        addition(link, "shop", NEW, KNOWN).write()

        assert link.is_symlink()
        assert "shop" in file.read_text()

    def test_is_left_alone_until_it_is_written(self, file: Path) -> None:
        addition(file, "shop", NEW, KNOWN)

        assert file.read_text() == ONE

    def test_that_somebody_changes_meanwhile_is_not_overwritten(self, file: Path) -> None:
        new = addition(file, "shop", NEW, KNOWN)
        file.write_text(ONE + "# Ann was here\n")

        with pytest.raises(NotAllowed, match="changed meanwhile"):
            new.write()

        assert file.read_text() == ONE + "# Ann was here\n"

    def test_that_has_the_account_already_is_refused(self, file: Path) -> None:
        with pytest.raises(NotAllowed, match="an account acme already"):
            addition(file, "acme", NEW, KNOWN)

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"base_url": "shop.zendesk.com"}, "base_url"),
            ({"connector": "zendsk"}, "Did you mean 'zendesk'?"),
            ({"knowledge": ["nowhere"]}, "no knowledge source 'nowhere'"),
        ],
    )
    def test_with_a_mistake_in_the_new_account_is_not_touched(
        self, file: Path, change: dict[str, Any], told: str
    ) -> None:
        with pytest.raises(ConfigurationInvalid) as refused:
            addition(file, "shop", NEW | change, KNOWN)

        assert told in str(refused.value)
        assert str(refused.value).startswith(f"{file}:")
        assert file.read_text() == ONE
        assert [path.name for path in file.parent.iterdir()] == [file.name]

    def test_that_is_written_in_braces_is_left_to_the_admin_with_what_to_add(self, file: Path) -> None:
        entry = "{connector: sandbox, owner: {team: a, contact: b@c}, base_url: 'https://x'}"
        file.write_text(f"version: 1\naccounts: {{acme: {entry}}}\n")

        with pytest.raises(NotAllowed, match="Add this:\n  shop:\n    connector: zendesk"):
            addition(file, "shop", NEW, KNOWN)

        assert "shop" not in file.read_text()
