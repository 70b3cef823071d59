"""`kill -9`, again and again, at each point that has a name: exactly one note, or reply, on a desk that knows nothing.

What stands still at a point is a locked table or a help desk that is slow; no hook in the code. A first kill at each
of these points is in `test_crashes.py` and `test_approvals.py`, on a desk that refuses stale writes.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.figures import Figures
from tests.faults.size import size
from tests.faults.stubs.desk import plain_account, stored
from tests.house import House, until

KILLS = size(1, 20)
QUESTION = "When does my parcel arrive?"
REPLY = "It arrives on Friday."

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    folder = Path(tmp_path_factory.mktemp("house"))
    built = House(folder, module_database_url, account=plain_account(folder))
    built.webhook_pauses = (0.2, *[1.0] * 100)
    built.quick = True
    try:
        yield built.start()
    finally:
        built.stop()


def open_writes(house: House, ticket: str, state: str = "intent") -> bool:
    return bool(house.rows("select 1 from write_back where ticket_id = %s and state = %s", ticket, state))


def entries(house: House, ticket: str, *, replies: bool = False) -> int:
    """How many notes, or public replies, the desk has stored of us."""
    return sum(
        times
        for text, times in stored(house).get(ticket, {}).items()
        if not text.startswith(QUESTION) and text.startswith(REPLY) is replies
    )


def tell(figures: Figures, point: str, lost: int, doubled: int) -> None:
    figures.tell("crashes", f"{KILLS} kills {point}: lost, doubled", "0, 0", f"{lost}, {doubled}")
    assert (lost, doubled) == (0, 0)


def each_has_one(house: House, tickets: list[str], figures: Figures, point: str, *, replies: bool = False) -> None:
    """Every ticket settles, and has the one entry that it is to have."""
    for ticket in tickets:
        house.settled(ticket, within=120)
        until(lambda ticket=ticket: not open_writes(house, ticket), f"nothing is open on {ticket}", 120)  # type: ignore[misc]
    found = [entries(house, ticket, replies=replies) for ticket in tickets]
    tell(figures, point, sum(count < 1 for count in found), sum(count > 1 for count in found))


def test_after_the_commit_before_the_answer(house: House, figures: Figures) -> None:
    """A web process keeps the shape of a kind of delivery once, between its commit and its answer."""
    tickets = []
    for _ in range(KILLS):
        house.kill("web")
        with house.locked("shape"):  # before it starts: the delivery that was not answered last time comes again
            house.start_web()
            tickets.append(house.open_ticket(QUESTION))
            until(lambda: house.runs(tickets[-1]), "the delivery is kept", 60)
            until(lambda: house.waits_for_lock("shape"), "it is not answered yet", 60)
            house.kill("web")
        house.start_web()

    each_has_one(house, tickets, figures, "after the commit, before the answer")
    events = house.rows("select count(*) from event where kind = 'ticket_created' group by ticket_id")
    assert {row["count"] for row in events} == {1}


def kill_and_start(house: House) -> None:
    house.kill("worker")
    house.no_faults()
    house.start_worker()


def kill_at(house: House, reach: Callable[[], str]) -> list[str]:
    tickets = []
    for _ in range(KILLS):
        tickets.append(reach())
        kill_and_start(house)
        house.settled(tickets[-1], within=120)  # before the desk is told to fail again
    return tickets


def test_between_the_intent_and_the_write(house: House, figures: Figures) -> None:
    def reach() -> str:
        house.fault("hang", on="write", path="/api/tickets/*")
        ticket = house.open_ticket(QUESTION)
        until(lambda: open_writes(house, ticket), "the intent is kept", 60)
        return ticket

    each_has_one(house, kill_at(house, reach), figures, "between the intent and the write")


def test_after_the_write_before_its_receipt(house: House, figures: Figures) -> None:
    def reach() -> str:
        house.fault("late", on="write", path="/api/tickets/*", seconds=600)
        ticket = house.open_ticket(QUESTION)
        until(lambda: entries(house, ticket), "the note is stored", 60)
        return ticket

    each_has_one(house, kill_at(house, reach), figures, "after the write, before its receipt")


def approve(house: House, run: int) -> None:
    with contextlib.closing(house.signed_in("ann")) as ann:
        assert ann.post(f"/review/{run}/approve", data={"text": REPLY}, timeout=30).status_code == 303


def test_in_the_middle_of_an_approval(house: House, figures: Figures) -> None:
    """At three points in turn: before its intent, between that and the write, after the write."""
    tickets = []
    for number in range(KILLS):
        ticket, run = house.reviewed(QUESTION)
        tickets.append(ticket)
        if number % 3 == 0:
            with house.locked("write_back"):
                approve(house, run)
                until(lambda: house.waits_for_lock("write_back"), "the worker wants to keep its intent", 60)
                house.kill("worker")
            house.start_worker()
            continue
        house.fault("hang" if number % 3 == 1 else "late", on="write", path="/api/tickets/*", seconds=600)
        approve(house, run)
        if number % 3 == 1:
            until(lambda: open_writes(house, ticket), "the intent is kept", 60)  # noqa: B023
        else:
            until(lambda: entries(house, ticket, replies=True), "the reply is stored", 60)  # noqa: B023
        kill_and_start(house)

    for ticket in tickets:
        until(lambda: house.draft_of(ticket)["state"] == "sent", "the reply is out", 120)  # noqa: B023
    each_has_one(house, tickets, figures, "in the middle of an approval", replies=True)


def test_the_web_process_in_the_middle_of_an_approval(house: House, figures: Figures) -> None:
    """A word that was not kept changes nothing: the draft waits, and the same word is said again."""
    tickets = []
    for _ in range(KILLS):
        ticket, run = house.reviewed(QUESTION)
        tickets.append(ticket)
        with house.locked("review"), contextlib.closing(house.signed_in("ann")) as ann:
            with pytest.raises(httpx.HTTPError):
                ann.post(f"/review/{run}/approve", data={"text": REPLY}, timeout=1.0)
            until(lambda: house.waits_for_lock("review"), "the web process wants to keep the word", 60)
            house.kill("web")
        house.start_web()
        assert house.draft_of(ticket)["state"] == "shown"
        approve(house, run)
        until(lambda: house.draft_of(ticket)["state"] == "sent", "the reply is out", 120)  # noqa: B023

    time.sleep(1)
    each_has_one(house, tickets, figures, "of the web process in an approval", replies=True)
