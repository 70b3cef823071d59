"""A draft's way to the requester through people: commands in the ticket, and the pages, in real processes."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    try:
        yield built.start()
    finally:
        built.stop()


def command(house: House, ticket: str, text: str, agent: str = "agent-emma") -> None:
    house.say(ticket, text, author=agent, visibility="internal")


def test_approved_in_the_ticket_the_draft_is_what_the_requester_gets(house: House) -> None:
    ticket, run = house.reviewed()

    command(house, ticket, "/approve")

    until(lambda: house.written(ticket, "public"), "the reply is out")
    house.settled(ticket)
    (drafted,) = house.rows("select c.body->>'text' as text from draft d join content c on c.id = d.content_id "
                            "where d.run_id = %s", run)  # fmt: skip
    (reply,) = house.written(ticket, "public")
    assert reply.split() == drafted["text"].split()
    (review,) = house.rows("select by, via, groups from review where run_id = %s", run)
    assert review == {"by": "ann", "via": "note", "groups": ["agents"]}
    assert house.rows("select kind from outcome where run_id = %s", run) == [{"kind": "sent_as_is"}]


def test_an_edit_below_send_goes_out_word_for_word(house: House) -> None:
    ticket, _ = house.reviewed()

    command(house, ticket, "/send\nDear Marta,\n\nit is at your neighbour's.")

    until(lambda: house.written(ticket, "public"), "the reply is out")
    assert house.written(ticket, "public") == ["Dear Marta,\n\nit is at your neighbour's."]


def test_a_redraft_brings_another_draft_into_the_ticket(house: House) -> None:
    ticket, first = house.reviewed()

    command(house, ticket, "/redraft name the tracking link first")

    until(lambda: house.draft_of(ticket)["run_id"] != first, "another draft is made")
    house.settled(ticket)
    assert house.draft_of(ticket)["state"] == "shown"
    assert house.rows("select state from draft where run_id = %s", first) == [{"state": "superseded"}]


def test_a_customer_who_writes_while_it_is_reviewed_gets_no_stale_reply(house: House) -> None:
    ticket, run = house.reviewed()
    with contextlib.closing(house.signed_in("ann")) as ann, house.locked("step"):
        house.say(ticket, "Forget it, it has arrived. How do I return it?")
        until(lambda: house.waits_for_lock("step"), "the new message is being read")
        answer = ann.post(f"/review/{run}/approve", data={"text": "It is on its way."})
        assert answer.status_code == 303

    house.settled(ticket, within=60)

    assert house.written(ticket, "public") == []
    assert house.draft_of(ticket)["run_id"] != run
    assert house.draft_of(ticket)["state"] == "shown"
    assert house.rows("select state from draft where run_id = %s", run) == [{"state": "superseded"}]


def test_a_paused_account_sends_an_approval_only_when_it_goes_on(house: House) -> None:
    ticket, run = house.reviewed()
    house.web.post("/api/pause", json={"account": "acme", "because": "a test"}).raise_for_status()
    with contextlib.closing(house.signed_in("ann")) as ann:
        assert ann.post(f"/review/{run}/approve", data={"text": "Later."}).status_code == 303
    until(lambda: house.rows("select 1 from parked"), "the approval waits")
    assert house.written(ticket, "public") == []

    house.web.post("/api/resume", json={"account": "acme"}).raise_for_status()

    until(lambda: house.written(ticket, "public") == ["Later."], "the reply is out")
