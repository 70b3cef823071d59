"""The API for what happened."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from gateway.access.visitor import Visitor
from gateway.api import problems, reports
from gateway.records import RunState
from gateway.store import events
from gateway.store.database import Database
from tests.pages.conftest import As
from tests.pages.kept import CARD, NAME
from tests.pages.rows import everything, walk
from tests.pages.steps import FAILED_CALL, Call, Plan

DEAD = Plan(upto="ground", state=RunState.FAILED, reason="the help desk says no")


@pytest.fixture
async def api(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database = database
    app.state.rates = {}
    problems.install(app)
    app.include_router(reports.router)
    app.add_middleware(As, visitor=Visitor(operator=True))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def test_runs_can_be_paged_through(api: httpx.AsyncClient, database: Database) -> None:
    made = await everything(database)

    first = (await api.get("/api/runs?limit=7")).json()
    second = (await api.get(f"/api/runs?limit=7&before={first['next']}")).json()

    assert [run["run_id"] for run in first["runs"] + second["runs"]] == sorted(made.values(), reverse=True)
    assert second["next"] is None


async def test_a_story_has_exact_money_and_no_masked_value(api: httpx.AsyncClient, database: Database) -> None:
    run_id = await walk(database)

    answer = await api.get(f"/api/runs/{run_id}")

    assert answer.json()["attempts"][0]["cost_usd"] == "0.002134"
    assert answer.json()["steps"]["screen"]["data"]["pii"] == {"CARD": 1, "PERSON": 3}
    for value in (NAME, CARD, "vault", "marta@example.com"):
        assert value not in answer.text


async def test_a_ticket_sums_its_runs(api: httpx.AsyncClient, database: Database) -> None:
    await walk(database, Plan(calls=[FAILED_CALL, Call()], ticket="a/b"))

    told = (await api.get("/api/tickets/acme/a%2Fb")).json()

    assert (told["known_usd"], told["attempts"], told["unpriced_attempts"]) == ("0.002134", 2, 1)
    assert told["latest"]["event"]["ticket_id"] == "a/b"


async def test_the_ledger_says_null_for_what_nobody_knows(api: httpx.AsyncClient, database: Database) -> None:
    await walk(database, Plan(calls=[FAILED_CALL]))

    [line] = (await api.get("/api/ledger/tickets")).json()

    assert (line["known_usd"], line["input_tokens"], line["unpriced_attempts"]) == (None, None, 1)


async def test_dead_events_are_listed_and_walk_again(api: httpx.AsyncClient, database: Database) -> None:
    first, second = await walk(database, DEAD), await walk(database, DEAD)

    listed = (await api.get("/api/dead")).json()
    some = await api.post("/api/dead/replay", json={"ids": [first, 4711]})
    rest = await api.post("/api/dead/replay", json={"all": True})

    assert [(event["id"], event["error"]) for event in listed] == [(second, DEAD.reason), (first, DEAD.reason)]
    assert (some.json(), rest.json()) == (
        {"replayed": [first], "deliveries": [], "refused": {}},
        {"replayed": [second], "deliveries": [], "refused": {}},
    )


@pytest.mark.parametrize("body", [{}, {"ids": [1], "all": True}, {"ids": ["x"]}])
async def test_replay_wants_either_ids_or_all(api: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await api.post("/api/dead/replay", json=body)).status_code == 422


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_a_body_that_a_form_could_send_replays_nothing(
    api: httpx.AsyncClient, database: Database, kind: str | None
) -> None:
    run_id = await walk(database, DEAD)

    answer = await api.post(
        "/api/dead/replay", content=b'{"all": true}', headers={"content-type": kind} if kind else {}
    )

    assert answer.status_code == 422
    assert [row["id"] for row in await events.dead(database)] == [run_id]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/runs/4711", 404),
        ("/api/tickets/acme/none", 404),
        ("/api/runs/99999999999999999999", 422),
        ("/api/runs?limit=0", 422),
        ("/api/runs?since=soon", 422),
        ("/api/runs?account=%00", 422),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(api: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await api.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
