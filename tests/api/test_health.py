"""Health, metrics and the description of the API."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.api import health
from gateway.store.database import Database
from gateway.store.revisions import head
from tests.api.door import body, door, environment, signed

pytestmark = pytest.mark.usefixtures("secrets")
NOWHERE = "postgresql://nobody:hunter2@127.0.0.1:1/none"


@pytest.fixture
async def web(tmp_path: Path, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with door(environment(tmp_path), database.url) as client:
        yield client


async def test_ready_when_the_database_has_this_versions_tables(web: httpx.AsyncClient) -> None:
    answer = await web.get("/readyz?verbose")

    assert answer.status_code == 200
    assert "[+] database ok" in answer.text.splitlines()
    assert answer.text.endswith("\nready\n")
    assert (await web.get("/readyz")).text == "ready\n"


async def test_not_ready_with_tables_of_an_older_version(web: httpx.AsyncClient, database: Database) -> None:
    await database.run("update alembic_version set version_num = '0000'")

    answer = await web.get("/readyz?verbose")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert f"tables are at 0000, this version needs {head()}" in answer.text
    assert (await web.get("/readyz")).text == "not ready\n"


async def test_ready_with_newer_tables_so_that_the_next_version_can_be_rolled_out_beside_it(
    web: httpx.AsyncClient, database: Database
) -> None:
    await database.run("update alembic_version set version_num = '9999'")

    assert (await web.get("/readyz")).status_code == 200


async def test_without_a_database_it_lives_is_not_ready_and_asks_for_deliveries_again_soon(tmp_path: Path) -> None:
    async with door(environment(tmp_path), NOWHERE) as client:
        began = time.monotonic()
        answer = await client.post("/webhooks/acme", content=body(), headers=signed(body()))
        took = time.monotonic() - began
        ready = await client.get("/readyz?verbose")
        assert (await client.get("/livez")).status_code == 200

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert took < 5
    assert ready.status_code == 503
    assert "hunter2" not in answer.text + ready.text


async def test_metrics_count_deliveries_by_what_became_of_them(web: httpx.AsyncClient) -> None:
    def counted(text: str, outcome: str) -> float:
        wanted = f'countersign_deliveries_total{{account="acme",outcome="{outcome}"}} '
        return float(next((line.split()[-1] for line in text.splitlines() if line.startswith(wanted)), "0"))

    before = (await web.get("/metrics")).text
    for _ in range(2):
        await web.post("/webhooks/acme", content=body(), headers=signed(body()))
    await web.post("/webhooks/acme", content=body())
    answer = await web.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    grown = {name: counted(answer.text, name) - counted(before, name) for name in ("accepted", "duplicate", "refused")}
    assert grown == {"accepted": 1, "duplicate": 1, "refused": 1}


async def test_the_api_describes_itself(web: httpx.AsyncClient) -> None:
    assert (await web.get("/docs")).status_code == 200
    told = (await web.get("/openapi.json")).json()

    assert set(told["paths"]["/webhooks/{account}"]["post"]["responses"]) >= {"202", "400", "401", "413", "503"}
    assert {"/livez", "/readyz", "/metrics", "/api/runs"} <= set(told["paths"])


@pytest.mark.parametrize("path", ["/livez", "/healthz", "/readyz", "/metrics"])
async def test_a_worker_without_fastapi_answers_under_every_path(path: str) -> None:
    worker = Starlette(routes=[Route(path, answer) for path, (answer, _) in health.PATHS.items()])
    worker.state.readiness = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(worker), base_url="http://worker") as client:
        assert (await client.get(path)).status_code == 200
