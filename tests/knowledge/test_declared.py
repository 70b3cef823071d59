"""What `countersign.yaml` says of a source, and what becomes of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Capability
from gateway.bootstrap.knowledge import sources_of
from gateway.errors import ConfigurationInvalid
from gateway.knowledge import Audience
from gateway.knowledge.sources import Declared
from gateway.screening.detectors import Detectors
from gateway.settings import Installation, KnowledgeEntry
from tests.fakes import EVERYTHING, MemoryDesk

OWNER = {"team": "Care", "contact": "care@example.com"}
ACME = {"connector": "memory", "owner": OWNER, "base_url": "https://desk.example", "learn_from_solved": True}


def declared(can: frozenset[Capability] = frozenset(), **told: Any) -> Declared:
    installation = Installation.model_validate(
        {"accounts": {"acme": ACME}, "knowledge": {"help": {"owner": OWNER, **told}}}
    )
    (source,) = sources_of(installation, {"acme": MemoryDesk(capabilities=EVERYTHING | can)}, Detectors())  # type: ignore[dict-item]
    return source


def test_files_are_looked_at_each_minute_and_before_a_worker_begins_and_others_hourly() -> None:
    folder, sitemap = declared(folder="articles"), declared(sitemap="https://help.example/sitemap.xml")

    assert (folder.every, folder.here, folder.place) == (60, True, "folder articles")
    assert (sitemap.every, sitemap.here) == (3600, False)
    assert declared(folder="articles", every="15m").every == 900


def test_solved_tickets_are_for_agents_unless_the_owner_says_otherwise() -> None:
    history = frozenset({Capability.HISTORY})

    assert declared(history, solved="acme").defaults.audience is Audience.INTERNAL
    assert declared(history, solved="acme", audience="public").defaults.audience is Audience.PUBLIC
    assert declared(folder="articles").defaults.audience is Audience.PUBLIC


@pytest.mark.parametrize("kind", ["account", "solved"])
def test_a_help_desk_that_has_nothing_to_give_is_refused_by_name(kind: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="knowledge help: the help desk of acme gives no"):
        declared(**{kind: "acme"})


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"folder": "a", "sitemap": "https://help.example/sitemap.xml"},
        {"folder": "a", "every": "10s"},
        {"folder": "a", "authority": 0},
        {"sitemap": "help.example/sitemap.xml"},
    ],
)
def test_a_source_has_one_place_an_interval_in_bounds_and_a_sensible_authority(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KnowledgeEntry.model_validate({"owner": OWNER, **told})


def test_what_is_said_of_a_source_changes_its_settings() -> None:
    one = declared(folder="articles")

    assert declared(folder="articles").row() == one.row()
    assert declared(folder="articles", internal_titles=["Runbook*"]).row()["settings"] != one.row()["settings"]
    assert declared(folder="others").row()["settings"] != one.row()["settings"]
