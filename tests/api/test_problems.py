"""Every error as a problem document."""

from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel

from gateway.api import problems
from gateway.errors import ConfigurationInvalid, DatabaseUnavailable, NotFound

JSON = "application/problem+json"
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


class Order(BaseModel):
    items: dict[str, int]


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/away")
    async def away() -> None:
        raise DatabaseUnavailable("no Postgres <answers>", remedy="Start it", retry_after=4.2)

    @app.get("/missing")
    async def missing() -> None:
        raise NotFound("there is no run 7")

    @app.get("/mistakes")
    async def mistakes() -> None:
        raise ConfigurationInvalid(["a.yaml:1:2: one", "a.yaml:3:4: two"])

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("the secret is hunter2")

    @app.get("/numbers")
    async def numbers(limit: Annotated[int, Query(le=10)]) -> None: ...

    @app.post("/orders")
    async def orders(order: Order) -> None: ...

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def test_an_expected_error_says_what_happened_and_what_to_do(client: httpx.AsyncClient) -> None:
    answer = await client.get("/away")

    assert (answer.status_code, answer.headers["content-type"]) == (503, JSON)
    assert answer.headers["retry-after"] == "5"
    assert answer.json() == {
        "type": "about:blank",
        "title": "The database cannot be used",
        "status": 503,
        "detail": "No Postgres <answers>",
        "remedy": "Start it",
    }


async def test_without_a_time_to_wait_there_is_no_retry_after(client: httpx.AsyncClient) -> None:
    assert "retry-after" not in (await client.get("/missing")).headers


async def test_all_mistakes_of_a_configuration_are_listed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/mistakes")).json()["problems"] == ["a.yaml:1:2: one", "a.yaml:3:4: two"]


async def test_an_unexpected_error_says_nothing_of_the_inside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/crash")

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text


async def test_a_wrong_value_is_pointed_at_and_not_repeated(client: httpx.AsyncClient) -> None:
    body = {"items": {"a/b~c": "call 555-0100"}}

    answer = await client.post("/orders", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/items/a~1b~0c"
    assert "555" not in answer.text


async def test_a_wrong_parameter_is_named(client: httpx.AsyncClient) -> None:
    [error] = (await client.get("/numbers?limit=11")).json()["errors"]

    assert (error["in"], error["pointer"]) == ("query", "#/limit")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/none", 404), ("DELETE", "/crash", 405)])
async def test_unknown_paths_and_methods_are_problems_too(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, JSON)
    assert answer.json()["status"] == status


async def test_a_browser_gets_a_page_with_the_same_words_escaped(client: httpx.AsyncClient) -> None:
    answer = await client.get("/away", headers={"accept": CHROMIUM})

    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "No Postgres &lt;answers&gt;" in answer.text
    assert "Start it" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/json",
        "application/json, text/html;q=0.9",
        "text/html;q=0.1, application/problem+json",
        "q=;;,",
    ],
)
async def test_a_program_gets_json(client: httpx.AsyncClient, accept: str) -> None:
    answer = await client.get("/missing", headers={"accept": accept})

    assert answer.headers["content-type"] == JSON
