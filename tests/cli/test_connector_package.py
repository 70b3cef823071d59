"""`countersign connector package`: a file to install, or what to do instead."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import countersign


def test_it_writes_the_app_with_the_address_that_the_environment_tells(tmp_path: Path) -> None:
    told = countersign(
        "connector", "package", "zendesk", "--account", "acme",
        settings={"COUNTERSIGN_PUBLIC_URL": "https://gateway.example/"}, folder=tmp_path,
    )  # fmt: skip

    assert told.code == 0, told.err
    assert "countersign-zendesk-acme.zip" in told.out
    with zipfile.ZipFile(tmp_path / "countersign-zendesk-acme.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    place = manifest["location"]["support"]["ticket_sidebar"]
    assert place["url"] == "https://gateway.example/sidebar/acme"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["zendesk", "--account", "acme"], "https://gateway.example"),
        (["zendesk", "--account", "acme", "--gateway", "http://gateway.example"], "HTTPS"),
        (["zendesk", "--account", "acme", "--gateway", 'https://x.example/","evil":"'], "HTTPS"),
        (["zendesk", "--account", "../x", "--gateway", "https://gateway.example"], "account"),
        (["freshdesk", "--account", "acme", "--gateway", "https://gateway.example"], "no page beside a ticket"),
        (["nowhere", "--account", "acme", "--gateway", "https://gateway.example"], "nowhere"),
    ],
)
def test_what_cannot_work_is_said_and_nothing_is_written(tmp_path: Path, arguments: list[str], words: str) -> None:
    told = countersign("connector", "package", *arguments, settings={}, folder=tmp_path)

    assert told.code != 0
    assert words in " ".join((told.out + told.err).replace("│", " ").split())
    assert not list(tmp_path.glob("*.zip"))
