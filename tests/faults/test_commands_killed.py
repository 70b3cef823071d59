"""`kill -9` in the middle of a migration, of a publication of policies and of an erasure: all of it or nothing."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine

from gateway.store.migrate import _config
from gateway.store.revisions import head
from tests.conftest import empty_database
from tests.cradle import Born
from tests.faults.figures import Figures
from tests.faults.size import chance, size
from tests.house import REVIEW, House, until

KILLS = size(1, 20)
BEFORE = "0013"  # the revision of an installation that is brought up to date
SAID = "A person looks at every draft."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    built.environment["COUNTERSIGN_WATCH_POLICIES"] = "false"
    built.quick = True
    try:
        yield built.start()
    finally:
        built.stop()


def run(house: House, *arguments: str, url: str | None = None) -> Born:
    more = {"DATABASE_URL": url} if url else {}
    return Born(arguments, {**house.environment, **more}, house.folder / "command.log")


def done(house: House, *arguments: str, url: str | None = None) -> str:
    """Run a command to its end; what it said."""
    process = run(house, *arguments, url=url)
    code = process.wait(120)
    said = house.log("command")
    assert code == 0, said
    return said


def killed_when(house: House, table: str, *arguments: str, url: str | None = None) -> None:
    """Begin a command, and kill it when it wants to write to a table. One that needs no such write just ends."""
    process = run(house, *arguments, url=url)
    waits = "select 1 from pg_locks where relation = %s::regclass and not granted limit 1"
    with psycopg.connect(url or house.database_url, autocommit=True) as asking:
        until(lambda: process.poll() is not None or asking.execute(waits, (table,)).fetchone(), "it is under way", 120)
    assert process.poll() is None, house.log("command")
    process.kill()
    process.wait()


@contextlib.contextmanager
def older(server_url: str) -> Iterator[str]:
    """A database of an earlier version, with an event that waits in it."""
    with empty_database(server_url) as url:
        brought_to(url, BEFORE)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "insert into event (account, event_id, kind, ticket_id, received_at, supersedes) "
                "values ('acme', 'kept', 'ticket_created', '7', now(), true)"
            )
        yield url


def brought_to(url: str, revision: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    with engine.connect() as connection:
        command.upgrade(_config(connection), revision)
        connection.commit()
    engine.dispose()


def test_in_the_middle_of_a_migration(house: House, server_url: str, figures: Figures, seeded: int) -> None:
    tables, random = ["write_back", "procrastinate_jobs", "alembic_version"], chance()
    for _ in range(KILLS):
        table = random.choice(tables)
        with older(server_url) as url, psycopg.connect(url, autocommit=True) as connection:
            with psycopg.connect(url) as holding:
                holding.execute(f"lock table {table} in exclusive mode")
                killed_when(house, table, "migrate", url=url)
            # Each revision is whole or not there: those before the locked table may have been committed.
            ((stands_at,),) = connection.execute("select version_num from alembic_version").fetchall()
            assert BEFORE <= stands_at < head()

            done(house, "migrate", url=url)

            assert connection.execute("select version_num from alembic_version").fetchall() == [(head(),)]
            assert connection.execute("select event_id from event").fetchall() == [("kept",)]
    figures.tell("crashes", f"{KILLS} kills in the middle of a migration: half of one, rows lost", "0, 0", "0, 0")


def edit_policy(house: House, because: str) -> None:
    (house.folder / "policies" / "approval" / "everything.yaml").write_text(REVIEW.replace(SAID, because))


def decided_because(house: House, words: str) -> None:
    """The set that is in force is whole, and decides."""
    time.sleep(2)
    ticket = house.open_ticket("Where is my parcel?")
    house.settled(ticket, within=60)
    because = house.rows("select reason from run where ticket_id = %s and verdict is not null", ticket)
    assert because == [{"reason": words}]
    assert len(house.written(ticket)) == 1


def test_in_the_middle_of_a_publication(house: House, figures: Figures) -> None:
    newest = "select version from policy_publication order by id desc limit 1"
    for number in range(KILLS):
        before, table = house.rows(newest), ("policy_publication", "policy_set")[number % 2]
        edit_policy(house, f"Published at number {number}.")
        with house.locked(table):
            killed_when(house, table, "policy", "publish", "--because", "a test")
        assert house.rows(newest) == before

    done(house, "policy", "publish", "--because", "a test that goes well")

    decided_because(house, f"Published at number {KILLS - 1}.")
    figures.tell("crashes", f"{KILLS} kills in the middle of a publication of policies: half of one in force", 0, 0)


@pytest.mark.whole
def test_a_worker_in_the_middle_of_a_reload(house: House, figures: Figures) -> None:
    """Whoever dies over a new set begins with it: there is no state between two sets."""
    random = chance()
    for number in range(KILLS):
        edit_policy(house, f"Reloaded at number {number}.")
        done(house, "policy", "publish", "--because", "a test")
        time.sleep(random.uniform(0, 0.8))  # workers look twice a second
        house.kill("worker")
        house.start_worker()

    decided_because(house, f"Reloaded at number {KILLS - 1}.")
    figures.tell("crashes", f"{KILLS} workers killed in the middle of a reload: decided by another set", 0, 0)


def test_in_the_middle_of_an_erasure(house: House, figures: Figures) -> None:
    for number in range(KILLS):
        requester = {"name": "Pia Planted", "email": f"pia.planted.{number}@example.com"}
        ticket = house.open_ticket("Where is my parcel?", requester=requester)
        house.settled(ticket, within=60)
        (who,) = house.rows("select distinct requester from run where ticket_id = %s and requester is not null", ticket)
        erase = ("erase", "--account", "acme", "--requester", who["requester"], "--yes")
        table = ("content", "audit_entry", "run")[number % 3]
        before = kept(house, ticket)
        with house.locked(table):
            killed_when(house, table, *erase)
        assert kept(house, ticket) == before, "nothing, where not all of it"

        done(house, *erase)

        assert kept(house, ticket) == []
    assert house.rows("select 1 from content where body::text like '%%planted%%'") == []
    done(house, "audit", "verify")
    figures.tell(
        "crashes", f"{KILLS} kills in the middle of an erasure: half of one, records that fail", "0, 0", "0, 0"
    )


def kept(house: House, ticket: str) -> list[object]:
    """What is there of a ticket's texts."""
    rows = house.rows("select body from content where ticket_id = %s and body is not null order by id", ticket)
    return [row["body"] for row in rows]
