"""A copy from before: what was written since then is found in the help desk, and nothing is written a second time.

The database is lost with everything since its backup: notes, replies that policies sent, replies that people approved,
answers to their notes, and whole tickets. The help desk is the same.
"""

import contextlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Told, countersign
from tests.conftest import empty_database, fresh_database
from tests.faults.figures import Figures
from tests.faults.stubs.desk import plain_account
from tests.house import House, until

pytestmark = pytest.mark.whole  # tests/workflow/test_restored.py asks the same of single tickets
EACH = 10  # tickets of a kind
QUESTION = "Where is my parcel?"
POLICY = """
version: 1
policy: everything
title: What is tagged goes out, at the rest a person looks
owner: {team: Tests, contact: tests@example.com}
rules:
  - rule: goes-out
    when: '"quick" in ticket.tags'
    then: {reply: send, because: It may go.}
  - rule: a-person-looks
    when: '!("quick" in ticket.tags)'
    then: {reply: review, because: A person looks.}
"""
WAITS = "select count(*) as events from event where state = 'waiting'"


@dataclass
class Past:
    """Tickets by what had become of them when the database was lost, and what stood in each."""

    tickets: dict[str, list[str]] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)


@pytest.fixture(
    scope="module",
    params=[
        "marks in the thread, backup while work waits",
        "marks in the thread, backup while work goes on",
        "marks beside the messages, backup while work waits",
    ],
)
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def databases(case: str, server_url: str, template: str) -> Iterator[list[str]]:
    """One with tables, and an empty one for the copy."""
    with fresh_database(server_url, template) as full, empty_database(server_url) as empty:
        yield [full, empty]


@pytest.fixture(scope="module")
def house(case: str, tmp_path_factory: pytest.TempPathFactory, databases: list[str]) -> Iterator[House]:
    folder = Path(tmp_path_factory.mktemp("house"))
    plain = "in the thread" in case
    account = {**(plain_account(folder) if plain else {}), "send_without_conditional_write": True}
    built = House(folder, databases[0], approval=POLICY, account=account)
    built.environment["COUNTERSIGN_AUDIT_KEY"] = secrets.token_urlsafe(24)
    try:
        built.start_desk()
        built.start_web()
        built.start_worker(within=300)
        yield built
    finally:
        built.stop()


@pytest.fixture(scope="module")
def past(case: str, house: House, databases: list[str]) -> Past:
    """What happened before the backup, after it, and the copy in place of the database, with everything paused."""
    past, tickets = Past(), {}
    tickets["approved since"] = opened(house)
    tickets["approved in a note since"] = opened(house)
    tickets["asked again since"] = opened(house)
    tickets["approved before"] = opened(house)
    quiet(house)

    house.kill("worker")
    for ticket in tickets["approved before"]:
        approve(house, ticket)
    tickets["accepted before"] = opened(house)
    tickets["sent by policy"] = opened(house, tags=["quick"])
    if "goes on" in case:
        house.start_worker(within=300)
    past.told.append(countersign("backup", "copy.dump", settings=house.environment, folder=house.folder, within=180))
    if "waits" in case:
        house.start_worker(within=300)

    for ticket in tickets["approved since"]:
        approve(house, ticket)
    for ticket in tickets["approved in a note since"]:
        house.say(ticket, "/status", author="agent-emma", visibility="internal")
        house.say(ticket, "/approve", author="agent-emma", visibility="internal")
    for ticket in tickets["asked again since"]:
        house.say(ticket, "It is still not here. Where is it?")
    tickets["accepted since"] = opened(house)
    tickets["accepted and sent since"] = opened(house, tags=["quick"])
    quiet(house)
    house.kill("worker")
    tickets["never walked"] = opened(house)
    house.kill("web")
    past.tickets = tickets
    past.written = entries(house, tickets)

    house.environment["DATABASE_URL"] = house.database_url = databases[1]
    past.told.append(countersign("restore", "copy.dump", settings=house.environment, folder=house.folder, within=180))
    house.start_web()
    house.start_worker(within=300)
    return past


def opened(house: House, **more: Any) -> list[str]:
    return [house.open_ticket(f"{QUESTION} My number is {number}.", **more) for number in range(EACH)]


def approve(house: House, ticket: str) -> None:
    run = house.draft_of(ticket)["run_id"]
    with contextlib.closing(house.signed_in("ann")) as ann:
        assert ann.post(f"/review/{run}/approve", data={"text": "It arrives on Friday."}).status_code == 303


def quiet(house: House) -> None:
    """Everything that was accepted is done, our own entries that came back among it."""
    for _ in range(2):
        until(lambda: not undelivered(house), "the help desk has told everything", 300)
        until(lambda: house.rows(WAITS)[0]["events"] == 0, f"all is done: {house.log('worker')[-2000:]}", 300)
        time.sleep(0.5)


def undelivered(house: House) -> list[str]:
    sent = house.desk.get("/control/deliveries").raise_for_status().json()["data"]
    return [delivery["id"] for delivery in sent if "accepted" not in delivery["outcomes"]]


def entries(house: House, tickets: dict[str, list[str]]) -> dict[str, list[str]]:
    """What we wrote into each ticket, notes and replies."""
    return {
        ticket: [*house.written(ticket), *(f"public: {text}" for text in house.written(ticket, "public"))]
        for some in tickets.values()
        for ticket in some
    }


def test_a_backup_is_readable_by_its_owner_alone_and_tells_no_secret(house: House, past: Past) -> None:
    backup, restore = past.told

    assert backup.code == 0, backup.err
    assert restore.code == 0, restore.err
    assert (house.folder / "copy.dump").stat().st_mode & 0o777 == 0o600
    assert not list(house.folder.glob("*.part"))
    assert "write_back" in backup.err, "it tells the tables as it goes"
    said = "".join(one.out + one.err for one in past.told)
    assert not [name for name, value in house.environment.items() if "KEY" in name and value in said]


def test_nothing_is_written_until_somebody_resumes_and_then_nothing_twice(
    house: House, past: Past, figures: Figures
) -> None:
    time.sleep(1.5)
    assert entries(house, past.tickets) == past.written, "paused"

    assert countersign("resume", "--all", settings=house.environment, within=180).code == 0
    quiet(house)
    everything = [ticket for some in past.tickets.values() for ticket in some]
    read = countersign("account", "read", "acme", *everything, settings=house.environment, within=180)
    assert read.code == 0, read.err
    quiet(house)

    now = entries(house, past.tickets)
    forgotten = set(past.tickets["never walked"])
    doubled = {ticket: now[ticket] for ticket in now if ticket not in forgotten and now[ticket] != past.written[ticket]}
    before = sum(len(texts) for texts in past.written.values())
    public = sum(text.startswith("public") for texts in past.written.values() for text in texts)
    figures.tell("restore", f"doubled, of {before} writes ({public} public) from before the copy", 0, len(doubled))
    figures.tell(
        "restore", "tickets that only the help desk knew, drafted", EACH, sum(bool(now[one]) for one in forgotten)
    )
    assert doubled == {}
    assert [len(now[ticket]) for ticket in forgotten] == [1] * EACH
    assert house.rows("select 1 from write_back where state in ('intent', 'uncertain')") == []
    assert house.rows("select 1 from event where state = 'dead'") == []


def test_a_reply_that_was_sent_in_the_lost_time_ends_its_draft(house: House, past: Past) -> None:
    states = {
        kind: {house.draft_of(ticket)["state"] for ticket in past.tickets[kind]}
        for kind in ("approved before", "approved since", "approved in a note since")
    }

    assert states["approved before"] == {"sent"}
    assert states["approved since"] == {"closed"}
    assert states["approved in a note since"] == {"closed"}


def test_an_approval_below_a_note_that_the_copy_does_not_know_sends_no_other_text(house: House, past: Past) -> None:
    ticket = past.tickets["asked again since"][0]
    house.say(ticket, "/approve", author="agent-emma", visibility="internal")

    quiet(house)

    assert house.written(ticket, "public") == []
    assert "there is no draft above this note" in house.written(ticket)[-1]


def test_what_is_asked_from_now_on_is_answered(house: House, past: Past) -> None:
    ticket = past.tickets["accepted since"][0]
    had = len(house.written(ticket))
    house.say(ticket, "And when will it be here?")

    quiet(house)

    assert len(house.written(ticket)) == had + 1


def test_a_link_of_the_lost_time_means_no_other_ticket(house: House, past: Past) -> None:
    """Numbers that were given since the backup are never given again."""
    fresh = house.rows("select min(id) as first from event where received_at > (select at from restored)")

    assert fresh[0]["first"] > 1_000_000


def test_the_record_tells_that_it_is_a_copy(house: House, past: Past) -> None:
    told = countersign("audit", "verify", settings=house.environment, within=180)

    assert told.code == 3
    assert "restored copy" in told.out
    listed = countersign("audit", "list", "--act", "restore", settings=house.environment, within=180)
    assert "known_until" in listed.out
