"""A worker that is stopped and woken after another has taken its work over: it writes nothing, and hinders nobody.

The help desk takes whatever it is sent, so that nothing but the worker itself keeps a second note from being there.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.faults.figures import Figures
from tests.faults.size import chance, size
from tests.faults.stubs.desk import plain_account, stored
from tests.faults.stubs.provider import Provider, provider
from tests.house import House, until

QUESTION = "When does my parcel arrive?"
FROZEN = size(2, 20)  # times at a moment of chance


@pytest.fixture(scope="module")
def model() -> Iterator[Provider]:
    with provider(latency_ms=2000) as stub:
        yield stub


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str, model: Provider) -> Iterator[House]:
    folder = Path(tmp_path_factory.mktemp("house"))
    built = House(folder, module_database_url, models={"default": model.route()}, account=plain_account(folder))
    built.quick = True
    try:
        built.start()
        built.start_worker("second")
        yield built
    finally:
        built.stop()


@pytest.fixture
def ticket(house: House) -> Iterator[str]:
    """A question that `worker` has, because `second` is stopped when it comes."""
    house.signal("worker", signal.SIGCONT)
    house.signal("second", signal.SIGSTOP)
    time.sleep(2.5)  # what it may have taken is the other's by now
    yield house.open_ticket(QUESTION)
    for name in ("worker", "second"):
        house.signal(name, signal.SIGCONT)
    house.no_faults()


def kept(house: House, ticket: str, step: str) -> bool:
    sql = "select 1 from step s join run r on r.id = s.run_id where r.ticket_id = %s and s.name = %s"
    return bool(house.rows(sql, ticket, step))


def notes(house: House, ticket: str) -> int:
    return sum(times for text, times in stored(house)[ticket].items() if not text.startswith(QUESTION))


@contextmanager
def nobody_reads(house: House, table: str) -> Iterator[None]:
    """Whoever asks a table waits; the answer comes when the block has ended."""
    with psycopg.connect(house.database_url) as connection:
        connection.execute(f"lock table {table} in access exclusive mode")
        yield
        connection.rollback()


def freeze_and_wake(house: House, ticket: str) -> None:
    """`worker` is stopped, `second` takes over and writes, `worker` goes on where it was."""
    house.signal("worker", signal.SIGSTOP)
    house.signal("second", signal.SIGCONT)
    until(lambda: notes(house, ticket) == 1, f"the other worker writes: {house.log('second')[-2000:]}", 90)
    house.signal("worker", signal.SIGCONT)
    house.settled(ticket, within=60)
    time.sleep(3)  # for whatever it would still do
    assert notes(house, ticket) == 1


@pytest.mark.whole
def test_frozen_between_the_question_whether_it_may_and_the_write(house: House, ticket: str) -> None:
    """Its intent is kept, it has asked whether the run is still its own, and the answer, yes, waits in its socket."""
    until(lambda: kept(house, ticket, "ground"), "the model is asked")
    house.fault("slow", on="read", path="/api/tickets/*", seconds=2, calls=1)
    until(lambda: kept(house, ticket, "decide"), "the intent is kept", 30)
    with nobody_reads(house, "review"):
        until(lambda: house.waits_for_lock("review"), "it asks whether it may write")
        house.signal("worker", signal.SIGSTOP)

    freeze_and_wake(house, ticket)


@pytest.mark.whole
def test_frozen_while_it_keeps_its_decision(house: House, ticket: str) -> None:
    """Its transaction is open, and whoever takes over would wait for it."""
    until(lambda: kept(house, ticket, "ground"), "the model is asked")
    with house.locked("decision"):
        until(lambda: house.waits_for_lock("decision"), "it wants to keep its decision", 30)
        house.signal("worker", signal.SIGSTOP)

    freeze_and_wake(house, ticket)


@pytest.mark.whole
def test_frozen_while_the_model_thinks(house: House, ticket: str, model: Provider) -> None:
    before = model.calls()
    until(lambda: model.calls() > before, "the model is asked")

    freeze_and_wake(house, ticket)

    outcomes = "select a.outcome from attempt a join run r on r.id = a.run_id where r.ticket_id = %s order by a.number"
    assert len(house.rows(outcomes, ticket)) == model.calls() - before


@pytest.mark.whole
def test_frozen_while_the_desk_answers(house: House, ticket: str) -> None:
    until(lambda: kept(house, ticket, "ground"), "the model is asked")
    house.fault("late", on="write", path="/api/tickets/*", seconds=4, calls=1)
    until(lambda: notes(house, ticket) == 1, "the note is stored, and the answer to come", 30)

    freeze_and_wake(house, ticket)


def test_frozen_at_any_moment(house: House, seeded: int, figures: Figures) -> None:
    random = chance()
    for _ in range(FROZEN):
        house.signal("second", signal.SIGSTOP)
        ticket = house.open_ticket(QUESTION)
        time.sleep(random.uniform(0, 3.5))
        freeze_and_wake(house, ticket)
    figures.tell("crashes", f"{FROZEN} workers frozen at any moment and woken: writes afterwards", 0, 0)
