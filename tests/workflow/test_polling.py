"""Polling loses nothing and tells nothing twice, whoever asks, whoever dies, and however the help desk fails."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from connectors.errors import AuthFailed, RateLimited, Unavailable
from gateway.store import pauses
from gateway.store.database import Database
from gateway.telemetry import polls
from tests.workflow.feed import SLOW, Feed, polling


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    (tmp_path / "feed.jsonl").touch()
    return Feed(file=tmp_path / "feed.jsonl")


async def events(database: Database) -> list[str]:
    return [row["event_id"] for row in await database.all("select event_id from event order by id")]


async def row(database: Database) -> dict[str, Any]:
    found = await database.one("select *, extract(epoch from next_at - clock_timestamp()) as wait from poll")
    assert found is not None
    return found


async def turns(database: Database, feed: Feed, times: int = 1, **more: Any) -> None:
    """Turns of one worker, without waiting between them."""
    worker = polling(database, feed, **more)
    await worker.begin()
    for _ in range(times):
        await database.run("update poll set next_at = clock_timestamp()")
        await worker.take_turn("acme")


async def test_the_first_turn_begins_now_and_leaves_what_was_there_before_alone(database: Database, feed: Feed) -> None:
    feed.happens("long ago")

    await turns(database, feed, 2)

    assert await events(database) == []
    assert feed.asked() == ["None", "1"]


async def test_what_is_told_becomes_events_with_a_job_each(database: Database, feed: Feed) -> None:
    await turns(database, feed)
    feed.happens("one", "7")
    feed.happens("two", "8")

    await turns(database, feed)

    jobs = await database.all("select lock from procrastinate_jobs where task_name = 'walk' order by id")
    assert await events(database) == ["one", "two"]
    assert [job["lock"] for job in jobs] == ["acme:7", "acme:8"]
    assert (await row(database))["cursor"] == "2"
    assert await database.one("select 1 from delivery") is None


async def test_what_is_told_again_and_again_counts_once(database: Database, feed: Feed) -> None:
    feed.behind = 2
    await turns(database, feed)
    for name in ("one", "two", "three"):
        feed.happens(name)
        await turns(database, feed, 2)

    assert await events(database) == ["one", "two", "three"]


async def test_between_two_turns_nobody_is_asked(database: Database, feed: Feed) -> None:
    worker = polling(database, feed, every=60)
    await worker.begin()

    for _ in range(5):
        await worker.take_turn("acme")

    assert feed.asked() == ["None"]


async def test_an_account_that_is_paused_is_asked_all_the_same_and_its_events_wait(
    database: Database, feed: Feed
) -> None:
    await turns(database, feed)
    await pauses.pause(database, "acme", by="tests", because="to see what waits")
    feed.happens("while paused")

    await turns(database, feed)

    assert await events(database) == ["while paused"]


async def test_a_failure_leaves_the_cursor_is_said_once_and_counted_each_time(database: Database, feed: Feed) -> None:
    await turns(database, feed)
    feed.happens("one")
    before = counted("failed")
    feed.failing = [Unavailable("the help desk is down") for _ in range(3)]

    with capture_logs() as said:
        await turns(database, feed, 3)

    assert await events(database) == []
    assert ((await row(database))["cursor"], (await row(database))["failures"]) == ("0", 3)
    assert counted("failed") - before == 3
    assert [line.get("reason") for line in said] == ["the help desk is down"]

    with capture_logs() as said:
        await turns(database, feed)

    assert await events(database) == ["one"]
    assert ((await row(database))["failures"], (await row(database))["error"]) == (0, None)
    assert [line["event"] for line in said] == ["polling works again"]


async def test_another_failure_is_said_too(database: Database, feed: Feed) -> None:
    await turns(database, feed)
    feed.failing = [Unavailable("down"), AuthFailed("the token is not valid any more")]

    with capture_logs() as said:
        await turns(database, feed, 2)

    assert [line["reason"] for line in said] == ["down", "the token is not valid any more"]


async def test_after_failures_it_is_asked_less_and_less_often(database: Database, feed: Feed) -> None:
    waits = []
    feed.failing = [Unavailable("down") for _ in range(12)]
    for _ in range(12):
        await turns(database, feed, every=10)
        waits.append(float((await row(database))["wait"]))

    assert waits[0] < 11
    assert 35 < waits[2] < 41
    assert 290 < waits[-1] < 301


async def test_a_wait_that_the_help_desk_names_is_kept(database: Database, feed: Feed) -> None:
    feed.failing = [RateLimited("too often", status=429, retry_after=900)]

    await turns(database, feed)

    assert 890 < float((await row(database))["wait"]) < 901


async def test_a_bug_of_a_connector_stops_neither_the_worker_nor_later_turns(database: Database, feed: Feed) -> None:
    await turns(database, feed)
    feed.happens("one")
    feed.failing = [KeyError("surprise")]

    await turns(database, feed)
    assert (await row(database))["error"] == "a bug: KeyError; see the log"
    await turns(database, feed)

    assert await events(database) == ["one"]


@pytest.mark.parametrize("name", ["", "x" * 300, "nul\0"])
async def test_an_event_that_cannot_be_kept_keeps_the_cursor_where_it_is(
    database: Database, feed: Feed, name: str
) -> None:
    await turns(database, feed)
    feed.happens(name)

    await turns(database, feed)

    assert await events(database) == []
    assert (await row(database))["cursor"] == "0"
    assert "an id" in (await row(database))["error"]


async def test_another_help_desk_behind_the_account_begins_anew(database: Database, feed: Feed) -> None:
    await turns(database, feed, 2)
    feed.happens("of the other help desk, years ago")

    await turns(database, feed, source="another feed")

    assert feed.asked() == ["None", "0", "None"]
    assert await events(database) == []


# -- workers in processes of their own ---------------------------------------------------------------------------------

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database_url: str, feed: Feed) -> Iterator[Start]:
    """Starts workers that can be killed."""
    command = [sys.executable, "-m", "tests.workflow.feed", database_url, str(feed.file)]
    with contextlib.ExitStack() as started:

        def begin() -> "subprocess.Popen[bytes]":
            process = started.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            started.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            return process

        yield begin


def until(true: Callable[[], Any], what: str, within: float = 30.0) -> Any:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.03)
    raise AssertionError(f"not within {within:.0f} s: {what}")


def query(url: str, sql: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(sql).fetchall()  # type: ignore[call-overload,no-any-return]


def test_two_workers_keep_every_event_once_and_never_ask_at_the_same_time(
    database_url: str, feed: Feed, start: Start
) -> None:
    start(), start()
    until(lambda: query(database_url, "select 1 from poll where cursor is not null"), "the first turn is over")
    for number in range(40):
        feed.happens(f"event {number}", str(number % 5))

    until(lambda: query(database_url, "select 1 from poll where cursor = '40'"), "all is told")

    (feed.file.parent / SLOW).touch()
    asked = len(feed.asked())
    until(lambda: len(feed.asked()) > asked, "somebody asks and gets no answer yet")
    time.sleep(0.5)
    assert len(feed.asked()) == asked + 1, "the other worker waits for its turn"
    kept = query(database_url, "select event_id from event order by id")
    assert [name for (name,) in kept] == [f"event {number}" for number in range(40)]
    assert query(database_url, "select count(*) from procrastinate_jobs where task_name = 'walk'") == [(40,)]


def test_a_worker_that_dies_while_it_asks_leaves_its_turn_to_the_next(
    database_url: str, feed: Feed, start: Start
) -> None:
    first = start()
    until(lambda: query(database_url, "select 1 from poll where cursor is not null"), "the first turn is over")
    (feed.file.parent / SLOW).touch()
    asked = len(feed.asked())
    until(lambda: len(feed.asked()) > asked, "it asks")
    feed.happens("while it dies")
    first.kill()
    first.wait()
    (feed.file.parent / SLOW).unlink()

    start()

    until(lambda: query(database_url, "select 1 from event where event_id = 'while it dies'"), "the event is kept")


def test_a_death_between_the_answer_and_the_commit_loses_nothing(database_url: str, feed: Feed, start: Start) -> None:
    first = start()
    until(lambda: query(database_url, "select 1 from poll where cursor is not null"), "the first turn is over")
    waits = "select 1 from pg_locks where relation = 'event'::regclass and not granted"
    with psycopg.connect(database_url) as connection:
        connection.execute("lock table event in exclusive mode")
        feed.happens("told to the dead")
        until(lambda: query(database_url, waits), "the worker wants to keep the event")
        first.kill()
        first.wait()
        connection.rollback()
    until(lambda: not query(database_url, waits), "the dead worker's statement is over")

    assert query(database_url, "select count(*) from event") == [(0,)]
    assert query(database_url, "select cursor from poll") == [("0",)]
    start()

    until(lambda: query(database_url, "select 1 from poll where cursor = '1'"), "the next worker has asked")
    assert query(database_url, "select event_id from event") == [("told to the dead",)]


def counted(outcome: str) -> float:
    return polls.labels("acme", outcome)._value.get()
