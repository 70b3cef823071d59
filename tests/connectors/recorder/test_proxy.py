"""What passes the recorder arrives unchanged, is written scrubbed, and goes nowhere else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from connectors.recorder.folder import Folder, slug
from connectors.recorder.proxy import LARGEST, recorder
from connectors.recorder.scrub import Scrubber

UPSTREAM = "https://shop.vendor.example/base"


class Recording:
    """A recorder in this process, and where it writes."""

    def __init__(self, place: Path, caller: httpx.AsyncClient, folder: Folder) -> None:
        self.place, self.caller, self.folder = place, caller, folder

    def written(self) -> list[Path]:
        return [path for path in self.place.rglob("*") if path.is_file()]

    def files(self, kind: str) -> dict[str, Any]:
        return {file.name: json.loads(file.read_text()) for file in sorted((self.place / kind).glob("*.json"))}


@pytest.fixture
async def recording(tmp_path: Path) -> AsyncIterator[Recording]:
    folder = Folder(tmp_path, Scrubber(host="shop.vendor.example"))
    app = recorder(UPSTREAM, folder, lambda line, recorded: None)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8500") as caller:
        yield Recording(tmp_path, caller, folder)


@pytest.fixture
def vendor() -> Any:
    with respx.mock(assert_all_called=False, assert_all_mocked=True) as router:
        router.route(host="127.0.0.1").pass_through()
        yield router


async def test_an_answer_passes_unchanged_and_is_written_scrubbed(recording: Recording, vendor: Any) -> None:
    told = {"ticket": {"id": 7, "requester": {"name": "Marta Kowalska", "email": "marta@customer.org"}}}
    route = vendor.get(f"{UPSTREAM}/api/tickets/7").respond(200, json=told, headers={"x-rate-limit": "700"})

    answer = await recording.caller.get("/api/tickets/7?include=users", headers={"authorization": "Bearer abc123xyz"})

    assert answer.json() == told
    assert route.calls[0].request.headers["authorization"] == "Bearer abc123xyz"
    assert route.calls[0].request.url.query == b"include=users"
    written = recording.files("answers")["get_api_tickets_7.json"]
    assert written == {"ticket": {"id": 7, "requester": {"name": "Person 1", "email": "person-1@example.com"}}}
    assert recording.files("headers/answers")["get_api_tickets_7.json"]["x-rate-limit"] == "700"


async def test_a_write_passes_with_its_body(recording: Recording, vendor: Any) -> None:
    route = vendor.post(f"{UPSTREAM}/api/notes").respond(201, json={"id": 1})

    await recording.caller.post("/api/notes", json={"body": "Hello"})

    assert json.loads(route.calls[0].request.content) == {"body": "Hello"}
    assert list(recording.files("answers")) == ["post_api_notes.json"]


async def test_a_refusal_is_recorded_as_one(recording: Recording, vendor: Any) -> None:
    vendor.get(f"{UPSTREAM}/api/me").respond(401, json={"error": "no"})

    assert (await recording.caller.get("/api/me")).status_code == 401

    assert list(recording.files("answers")) == ["error__401_get_api_me.json"]


async def test_a_second_answer_does_not_take_the_place_of_the_first(recording: Recording, vendor: Any) -> None:
    for page in (1, 2):
        vendor.get(f"{UPSTREAM}/api/tickets").respond(200, json={"page": page})
        await recording.caller.get("/api/tickets")

    assert [one["page"] for one in recording.files("answers").values()] == [1, 2]


async def test_the_callers_credential_is_taken_out_of_what_comes_back(recording: Recording, vendor: Any) -> None:
    vendor.get(f"{UPSTREAM}/api/me").respond(200, json={"echo": "you sent swordfish to us"})

    await recording.caller.get("/api/me", headers={"authorization": "Bearer swordfish"})

    assert "swordfish" not in json.dumps(recording.files("answers"))


async def test_a_delivery_is_kept_and_goes_to_nobody(recording: Recording, vendor: Any) -> None:
    body = {"event": "created", "ticket_id": 7, "by": {"name": "Marta Kowalska"}}

    answer = await recording.caller.post(
        "/webhooks/acme", json=body, headers={"x-signature": "s3cr3t", "cookie": "a=b"}
    )

    assert answer.status_code == 200
    assert not vendor.calls
    assert recording.files("webhooks") == {
        "unsorted__delivery.json": {"event": "created", "ticket_id": 7, "by": {"name": "Person 1"}}
    }
    headers = recording.files("headers/webhooks")["unsorted__delivery.json"]
    assert headers["x-signature"] != "s3cr3t"
    assert headers["cookie"] != "a=b"


async def test_who_is_met_late_is_taken_out_of_what_was_written_early(recording: Recording, vendor: Any) -> None:
    await recording.caller.post("/webhooks/acme", json={"text": "It is Marta who writes"})
    await recording.caller.post("/webhooks/acme", json={"author": {"name": "Marta Kowalska"}})

    recording.folder.finish()

    assert "Marta" not in json.dumps(recording.files("webhooks"))


@pytest.mark.parametrize(
    "path", ["/..%2f..%2fetc/passwd", "//evil.example/x", "/a%00b", "/" + "x" * 3000, "/@evil.example/"]
)
async def test_no_path_leads_out_of_the_folder_or_to_another_host(
    recording: Recording, vendor: Any, path: str, tmp_path: Path
) -> None:
    vendor.route(host="shop.vendor.example").respond(200, json={"ok": True})

    await recording.caller.get(httpx.URL("http://127.0.0.1:8500").copy_with(raw_path=path.encode()))

    assert {call.request.url.host for call in vendor.calls} <= {"shop.vendor.example"}
    written = {file.parent for file in recording.written()}
    assert written <= {tmp_path / "answers", tmp_path / "headers" / "answers"}


async def test_a_redirect_is_passed_on_and_not_followed(recording: Recording, vendor: Any) -> None:
    vendor.get(f"{UPSTREAM}/api/me").respond(302, headers={"location": "https://elsewhere.example/"})

    answer = await recording.caller.get("/api/me")

    assert answer.status_code == 302
    assert len(vendor.calls) == 1


async def test_a_help_desk_that_is_away_is_told_as_such(recording: Recording, vendor: Any) -> None:
    vendor.get(f"{UPSTREAM}/api/me").mock(side_effect=httpx.ConnectError)

    assert (await recording.caller.get("/api/me")).status_code == 502


async def test_more_than_anybody_sends_is_refused(recording: Recording, vendor: Any) -> None:
    answer = await recording.caller.post("/webhooks/acme", content=b"x" * (LARGEST + 1))

    assert answer.status_code == 413
    assert not recording.files("webhooks")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GET_/api/v1/Tickets/7.json", "get_api_v1_tickets_7_json"),
        ("error__401_GET_/me", "error__401_get_me"),
        ("../../..", "root"),
        ("GET_/__/x", "get__x"),
        ("Ünïcode ✓", "n_code"),
    ],
)
def test_a_files_name_is_made_of_small_letters_and_digits(name: str, expected: str) -> None:
    assert slug(name) == expected
