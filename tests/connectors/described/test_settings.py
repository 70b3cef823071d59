"""An account together with its description: what cannot work is told before any call."""

from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Account, BodyFormat, Capability
from connectors.described.connector import DescribedConnector
from connectors.errors import Misconfigured
from gateway.settings import read_installation
from tests.connectors.described.describing import GONE, connect, write
from tests.connectors.described.inhouse.desk import KEY, PASSWORD, USER


def refused(options: dict[str, Any], **secrets: str) -> str:
    told = {"webhook_secret": KEY, "password": PASSWORD, **secrets}
    with pytest.raises(Misconfigured) as caught:
        DescribedConnector.connect(Account("acme", "https://cases.acme.example", told, options))
    assert PASSWORD not in str(caught.value)
    assert KEY not in str(caught.value)
    return str(caught.value)


def test_what_an_account_lacks_is_named(tmp_path: Path) -> None:
    described = {"description": str(write(tmp_path)), "values": {"user": USER}}

    assert "options.description is missing" in refused({})
    assert "No such file" in refused({"description": str(tmp_path / "nothing.yaml")})
    assert "unknown options descripton" in refused({"descripton": "x"})
    assert "options.values lacks user" in refused({"description": described["description"]})
    assert "a map of names and texts" in refused({**described, "values": ["user"]})
    assert "webhook_secret is missing" in refused(described, webhook_secret=" , ")
    assert "password (of the user" in refused(described, password=" ")
    assert "belong in a header" in refused(described, password="a\nb")


def test_every_mistake_of_the_description_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, timezone="Mars", search_lag="soon")

    said = refused({"description": str(file)}).splitlines()

    assert len(said) == 2
    assert all(line.startswith(f"{file}:") for line in said)


def test_what_the_description_has_calls_for_is_what_the_account_can_do(tmp_path: Path) -> None:
    least = connect(tmp_path, write__reply=GONE, write__changes=[], body_format="html", search_lag="5s")
    draft = {"request": "POST /drafts", "body": {"text": "${message.text}"}}

    assert least.capabilities == {Capability.GUARDED_WEBHOOK, Capability.INTERNAL_NOTE, Capability.MARKS}
    assert (least.body_format, least.search_lag.total_seconds()) == (BodyFormat.HTML, 5)
    assert Capability.NATIVE_DRAFT in connect(tmp_path, write__draft=draft).capabilities
    without = connect(tmp_path, write__draft=draft, options={"native_drafts": False})
    assert Capability.NATIVE_DRAFT not in without.capabilities


def test_a_description_is_found_beside_countersign_yaml(tmp_path: Path) -> None:
    write(tmp_path)
    file = tmp_path / "countersign.yaml"
    file.write_text(
        "accounts: {acme: {connector: http, base_url: 'https://cases.acme.example', "
        "owner: {team: Desk, contact: desk@acme.example}, options: {description: described.yaml}}}\n"
    )

    account = read_installation(file, ["http"]).accounts["acme"]

    assert account.options["description"] == str(tmp_path / "described.yaml")
