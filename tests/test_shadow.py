"""A pilot in real processes: everything is drafted and decided, nothing is written, and one setting turns it live."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import countersign
from tests.house import House, until

SEND = """
version: 1
policy: everything
title: Everything that the floor allows may go
owner: {team: Tests, contact: tests@example.com}
rules:
  - rule: everything
    when: always
    then: {reply: send, because: Everything may go.}
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    built = House(tmp_path, database_url, approval=SEND, account={"mode": "shadow"})
    try:
        yield built.start()
    finally:
        built.stop()


def entries(house: House, ticket: str) -> list[str]:
    """Who wrote in the ticket, entry by entry."""
    return [message["author"]["type"] for message in house.thread(ticket)]


def test_a_pilot_leaves_no_trace_in_the_help_desk_and_tells_what_it_would_have_done(house: House) -> None:
    ticket = house.open_ticket("When does my parcel arrive within the country?")
    house.settled(ticket)
    house.say(ticket, "/approve", author="agent-emma", visibility="internal")
    house.say(ticket, "A parcel arrives within three working days after it was sent.", author="agent-emma")
    house.settled(ticket)
    before = house.desk.get(f"/api/tickets/{ticket}").json()

    (outcome,) = until(lambda: house.rows("select kind, sent_by from outcome"), "the agent's reply was compared")
    told = countersign(
        "outcomes", "--shadow", "--format", "json", settings={"DATABASE_URL": house.database_url}, folder=house.folder
    )

    assert entries(house, ticket) == ["requester", "agent", "agent"]
    assert outcome["sent_by"] == "agent"
    (line,) = json.loads(told.out)
    assert (line["group"], line["drafts"], line["send"], line["compared"]) == ("acme", 1, 1, 1)
    assert house.rows("select 1 from write_back") == []

    house.kill("worker")
    house.set_account(mode="live")
    house.start_worker()
    later = house.open_ticket("How can I return an item?")
    house.settled(later)

    assert len(house.written(later, "public")) == 1
    assert house.desk.get(f"/api/tickets/{ticket}").json() == before
