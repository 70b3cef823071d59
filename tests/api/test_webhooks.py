"""The door: 202 only after the commit, and whatever cannot be believed or read keeps nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest

from gateway.app import create_app
from gateway.errors import ConfigurationInvalid
from gateway.store.database import Database
from gateway.telemetry import deliveries
from tests.api.door import LARGEST, body, door, environment, signed
from tests.conftest import named

pytestmark = pytest.mark.usefixtures("secrets")
TABLES = ("event", "delivery", "content", "procrastinate_jobs")


@pytest.fixture
async def web(tmp_path: Path, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with door(environment(tmp_path), database.url) as client:
        yield client


async def kept(database: Database) -> list[int]:
    """How many events, deliveries, contents and jobs there are."""
    counts = []
    for table in TABLES:
        row = await database.one(f"select count(*) as n from {table}")
        assert row
        counts.append(row["n"])
    return counts


async def test_a_signed_delivery_is_kept_with_its_event_and_its_job_and_answered_202(
    web: httpx.AsyncClient, database: Database
) -> None:
    answer = await web.post("/webhooks/acme", content=body(), headers=signed(body()))

    assert (answer.status_code, answer.content) == (202, b"")
    assert await kept(database) == [1, 1, 1, 1]


async def test_a_repeated_delivery_is_answered_202_and_kept_once(web: httpx.AsyncClient, database: Database) -> None:
    answers = [await web.post("/webhooks/acme", content=body(), headers=signed(body())) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {202}
    assert await kept(database) == [1, 1, 1, 1]


async def test_a_delivery_of_a_kind_that_nobody_needs_is_answered_202_and_not_kept(
    web: httpx.AsyncClient, database: Database
) -> None:
    content = body(type="article.published")

    answer = await web.post("/webhooks/acme", content=content, headers=signed(content))

    assert answer.status_code == 202
    assert await kept(database) == [0, 0, 0, 0]


async def test_what_is_not_authentic_is_refused_the_same_way_whatever_is_wrong_and_keeps_nothing(
    web: httpx.AsyncClient, database: Database
) -> None:
    good = signed(body())
    twice = [*good.items(), ("webhook-id", "msg_2")]
    refused = [
        await web.post("/webhooks/acme", content=body()),
        await web.post("/webhooks/acme", content=body(), headers=signed(body(), ago=301)),
        await web.post("/webhooks/acme", content=body(), headers=signed(body(), ago=-301)),
        await web.post("/webhooks/acme", content=body("1002"), headers=good),
        await web.post("/webhooks/acme", content=body(), headers={**good, "webhook-id": "msg_2"}),
        await web.post("/webhooks/acme", content=body(), headers={**good, "webhook-signature": "v1,AAAA"}),
        await web.post("/webhooks/acme", content=body(), headers={**good, "webhook-timestamp": "1e9"}),
        await web.post("/webhooks/acme", content=body(), headers=twice),
        await web.post("/webhooks/acme", content=body(), headers=signed(body(), secret="whsec_" + "A" * 44)),
        await web.post("/webhooks/nobody", content=body(), headers=good),
        await web.post("/webhooks/%00", content=body(), headers=good),
    ]

    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.text for answer in refused}) == 1
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert await kept(database) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
    ],
    ids=range(5),
)
async def test_an_authentic_delivery_that_is_no_document_is_a_400_and_keeps_nothing(
    web: httpx.AsyncClient, database: Database, content: bytes
) -> None:
    answer = await web.post("/webhooks/acme", content=content, headers=signed(content))

    assert answer.status_code == 400
    assert answer.json()["title"] == "The delivery cannot be read"
    assert await kept(database) == [0, 0, 0, 0]


async def test_a_delivery_that_declares_itself_too_large_is_refused_before_it_is_read(web: httpx.AsyncClient) -> None:
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"x" * 1024

    answer = await web.post("/webhooks/acme", content=pieces(), headers={"content-length": str(1024 * 1000)})

    assert answer.status_code == 413
    assert read <= 1


async def test_a_delivery_that_grows_too_large_in_pieces_is_refused_while_it_comes(
    web: httpx.AsyncClient, database: Database
) -> None:
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"x" * 1024

    answer = await web.post("/webhooks/acme", content=pieces(), headers=signed(b""))

    assert answer.status_code == 413
    assert answer.json()["detail"] == f"A delivery may have {LARGEST} bytes"
    assert read <= LARGEST // 1024 + 2
    assert await kept(database) == [0, 0, 0, 0]


async def test_a_delivery_of_exactly_the_largest_size_is_taken(web: httpx.AsyncClient) -> None:
    content = body(padding="")
    content = body(padding="x" * (LARGEST - len(content)))

    assert len(content) == LARGEST
    assert (await web.post("/webhooks/acme", content=content, headers=signed(content))).status_code == 202


async def test_a_vendor_that_knocks_is_answered_the_same_for_every_account(web: httpx.AsyncClient) -> None:
    for account in ("acme", "nobody"):
        answer = await web.head(f"/webhooks/{account}")
        assert (answer.status_code, answer.content) == (200, b"")


async def test_only_post_is_taken(web: httpx.AsyncClient) -> None:
    answer = await web.get("/webhooks/acme")

    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")


def test_an_account_without_its_secret_starts_nothing_and_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.delenv("ACME_SECRET")

    settings = environment(tmp_path)

    with pytest.raises(ConfigurationInvalid, match=r"account acme: .*webhook_secret"):
        create_app(settings, database_url)


async def test_without_tables_a_delivery_is_to_be_sent_again(tmp_path: Path, server_url: str) -> None:
    not_kept = deliveries.labels("acme", "not_kept")
    before = not_kept._value.get()
    name = f"countersign_empty_{tmp_path.name[-20:].lower().replace('-', '_')}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        try:
            async with door(environment(tmp_path), named(server_url, name)) as client:
                answer = await client.post("/webhooks/acme", content=body(), headers=signed(body()))
                ready = await client.get("/readyz?verbose")
        finally:
            connection.execute(f"drop database {name} with (force)")

    assert not_kept._value.get() == before + 1
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "countersign migrate" in answer.json()["remedy"]
    assert ready.status_code == 503
    assert "countersign migrate" in ready.text
