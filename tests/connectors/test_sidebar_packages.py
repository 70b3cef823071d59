"""What an admin installs beside tickets is complete, says our address, and is what the vendor's own checks ask for."""

import io
import json
import re
import struct
import zipfile
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest

import connectors
from connectors.contract import Capability, HasSidebar
from connectors.sidebar import packed

# What Zendesk's packaging checks of a private app of framework 2.0 whose page is served by somebody else.
MANIFEST: dict[str, Any] = {
    "type": "object",
    "required": ["name", "author", "defaultLocale", "private", "location", "frameworkVersion", "signedUrls"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "author": {
            "type": "object",
            "required": ["name", "email"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "email": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
                "url": {"type": "string", "pattern": "^https?://"},
            },
        },
        "defaultLocale": {"type": "string", "pattern": r"^[a-z]{2}(-\w{2,3})?$"},
        "private": {"const": True},
        "singleInstall": {"type": "boolean"},
        "version": {"type": "string"},
        "frameworkVersion": {"const": "2.0"},
        "signedUrls": {"const": True},
        "location": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {
                "support": {
                    "type": "object",
                    "required": ["ticket_sidebar"],
                    "additionalProperties": False,
                    "properties": {
                        "ticket_sidebar": {
                            "type": "object",
                            "required": ["url"],
                            "additionalProperties": False,
                            "properties": {
                                "url": {"type": "string", "pattern": "^https://"},
                                "flexible": {"type": "boolean"},
                            },
                        }
                    },
                }
            },
        },
    },
}
WITH_SIDEBAR = [name for name in connectors.REGISTRY if Capability.SIDEBAR in connectors.load(name).capabilities]


def contents(name: str) -> dict[str, bytes]:
    kind: Any = connectors.load(name)
    with zipfile.ZipFile(io.BytesIO(packed(kind.sidebar, "https://gateway.example:8443", "acme-eu"))) as archive:
        assert archive.testzip() is None
        return {one: archive.read(one) for one in archive.namelist()}


@pytest.mark.parametrize("name", WITH_SIDEBAR)
def test_the_same_package_is_the_same_bytes_and_says_where_the_page_is(name: str) -> None:
    kind: HasSidebar = connectors.load(name)  # type: ignore[assignment]

    assert packed(kind.sidebar, "https://a.example", "x") == packed(kind.sidebar, "https://a.example", "x")
    told = b"".join(contents(name).values())
    assert b"https://gateway.example:8443/sidebar/acme-eu" in told
    assert b"$gateway" not in told
    assert b"$account" not in told


@pytest.mark.parametrize("name", WITH_SIDEBAR)
def test_the_script_for_the_help_desk_is_there_and_inserts_only_where_it_says_so(name: str) -> None:
    kind: HasSidebar = connectors.load(name)  # type: ignore[assignment]
    script = kind.sidebar.script.read_text()

    assert "globalThis.desk" in script
    assert re.search(r"\basync watch\(", script)
    assert bool(re.search(r"\basync insert\(", script)) is kind.sidebar.inserts
    assert not re.search(r"postMessage\([^;]*[\"']\*[\"']", script)


def test_zendesk_takes_the_manifest() -> None:
    files = contents("zendesk")
    manifest = json.loads(files["manifest.json"])

    jsonschema.validate(manifest, MANIFEST)
    assert urlsplit(manifest["location"]["support"]["ticket_sidebar"]["url"]).path == "/sidebar/acme-eu"


def test_zendesk_finds_the_words_of_the_default_locale_and_the_logos() -> None:
    files = contents("zendesk")

    words = json.loads(files[f"translations/{json.loads(files['manifest.json'])['defaultLocale']}.json"])
    assert words["app"]["name"] == "Countersign"
    sizes = {name: struct.unpack(">II", files[f"assets/{name}.png"][16:24]) for name in ("logo", "logo-small")}
    assert sizes == {"logo": (320, 320), "logo-small": (128, 128)}
    assert all(files[f"assets/{name}.png"].startswith(b"\x89PNG\r\n\x1a\n") for name in sizes)


def test_chatwoot_takes_the_dashboard_app() -> None:
    told = json.loads(contents("chatwoot")["dashboard_app.json"])

    frame = {"type": "frame", "url": "https://gateway.example:8443/sidebar/acme-eu"}
    assert told == {"dashboard_app": {"title": "Countersign", "content": [frame]}}
