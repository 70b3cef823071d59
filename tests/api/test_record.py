"""What is done over the API is on record: by whom, also where that is the holder of the admin token, and from where."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.store.database import Database
from tests.api.door import door, environment

pytestmark = pytest.mark.usefixtures("secrets")
TOKEN = "a-token-of-24-characters-or-more"
ELSEWHERE = ("203.0.113.9", 50_000)


@pytest.fixture
async def web(tmp_path: Path, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody elsewhere with the admin token."""
    async with door(environment(tmp_path, admin_token=TOKEN), database_url, ELSEWHERE) as client:
        client.headers["authorization"] = f"Bearer {TOKEN}"
        yield client


async def entries(database: Database, act: str) -> list[dict[str, Any]]:
    return list(await database.all("select * from audit_entry where act = %(act)s order by id", {"act": act}))


async def test_the_token_is_on_record_like_a_sign_in_once_and_not_for_each_request(
    web: httpx.AsyncClient, database: Database
) -> None:
    for path in ("/livez", "/api/runs", "/api/dead", "/metrics"):
        assert (await web.get(path)).status_code == 200

    (entry,) = await entries(database, "sign-in")
    assert (entry["who"], entry["on_what"], entry["from_where"]) == ("admin token", "api", "api, 203.0.113.9")
    assert entry["detail"]["rights"] == ["admin", "auditor", "ops"]


async def test_who_only_reads_figures_of_the_process_is_not_on_record(
    web: httpx.AsyncClient, database: Database
) -> None:
    assert (await web.get("/metrics")).status_code == 200

    assert await entries(database, "sign-in") == []


async def test_a_wrong_token_is_no_sign_in(web: httpx.AsyncClient, database: Database) -> None:
    assert (await web.get("/api/runs", headers={"authorization": "Bearer wrong"})).status_code == 403

    assert await entries(database, "sign-in") == []


async def test_what_the_token_stops_and_resumes_is_on_record_as_done_by_it(
    web: httpx.AsyncClient, database: Database
) -> None:
    await web.post("/api/pause", json={"account": "acme", "because": "a test"})
    await web.post("/api/resume", json={"account": "acme"})

    (paused,), (resumed,) = await entries(database, "pause"), await entries(database, "resume")
    for entry in (paused, resumed):
        assert (entry["who"], entry["from_where"], entry["on_what"]) == (
            "admin token",
            "api, 203.0.113.9",
            "account acme",
        )


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/api/ledger/tickets?account=acme", {"account": "acme", "limit": 1000}),
        ("/api/ledger/groups?by=queue&limit=5", {"by": "queue", "limit": 5}),
    ],
)
async def test_a_download_of_the_ledger_is_an_export(
    web: httpx.AsyncClient, database: Database, path: str, told: dict[str, Any]
) -> None:
    assert (await web.get(path)).status_code == 200

    (entry,) = await entries(database, "export")
    assert (entry["who"], entry["on_what"], entry["detail"]) == ("admin token", "ledger tickets", told)


async def test_the_machine_itself_acts_under_another_name(tmp_path: Path, database: Database) -> None:
    async with door(environment(tmp_path, admin_token=TOKEN), database.url) as web:
        await web.get("/api/ledger/tickets")

    (entry,) = await entries(database, "export")
    assert (entry["who"], entry["from_where"]) == ("admin", "api, 127.0.0.1")
    assert await entries(database, "sign-in") == []
