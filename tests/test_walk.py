"""One ticket down the whole line: the first test to read.

A requester writes to a help desk, the help desk tells the gateway by a signed webhook, a worker reads the ticket, finds
what the help centre says, has a draft put together, asks the policies, and writes it into the ticket as a note.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.policy import CATALOGUE
from gateway.policy.catalogue import DERIVED_CLOCK
from tests.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    try:
        yield built.start()
    finally:
        built.stop()


def screened(house: House, run_id: int) -> dict[str, Any]:
    """What was left for the model to see."""
    (step,) = house.rows(
        "select c.body from step s join content c on c.id = s.content_id where s.run_id = %s and s.name = 'screen'",
        run_id,
    )
    return dict(step["body"])


def test_a_ticket_gets_one_internal_note_with_draft_reason_source_cost_and_mark(house: House) -> None:
    ticket = house.open_ticket("Hello, when does my parcel arrive? Call +44 20 7946 0958. Thanks, Marta Kowalska")

    (run, *_) = house.settled(ticket)

    (note,) = house.written(ticket)
    assert (run["state"], run["verdict"]) == ("done", "review")
    assert "three working days" in note
    assert "A person looks at every draft" in note
    assert "https://help.acme.example/0" in note
    assert "USD" in note
    assert "cs-" in note.splitlines()[-1]
    assert house.written(ticket, "public") == []


def test_what_the_model_saw_holds_no_personal_data_and_the_draft_has_it_back(house: House) -> None:
    ticket = house.open_ticket("My name is Marta Kowalska, marta@example.com. How can I return an item?")

    (run, *_) = house.settled(ticket)

    question = screened(house, run["id"])["question"]
    assert "Marta" not in question
    assert "marta@example.com" not in question
    assert "<PERSON_1>" in question


def test_every_fact_of_the_catalogue_is_told_to_the_policies(house: House) -> None:
    ticket = house.open_ticket("When does my parcel arrive?")
    (run, *_) = house.settled(ticket)

    (row,) = house.rows(
        "select c.body from decision d join content c on c.id = d.facts_id where run_id = %s", run["id"]
    )
    missing = {name for name in CATALOGUE if row["body"].get(name) is None and name not in DERIVED_CLOCK}

    # No honest measure of mood exists yet, this desk has no search by requester, and the articles bear no date.
    assert missing == {"screen.sentiment", "requester.open_tickets", "knowledge.newest_age_days", "draft.currency"}


def test_an_internal_article_never_stands_in_a_draft(house: House) -> None:
    ticket = house.open_ticket("What are your internal refund limits in euros for agents and the team lead?")

    house.settled(ticket)

    (note,) = house.written(ticket)
    assert "50 euros" not in note


def test_our_own_note_comes_back_as_a_webhook_and_makes_no_second_one(house: House) -> None:
    ticket = house.open_ticket("How can I return an item?")

    runs = house.settled(ticket)

    assert len(house.written(ticket)) == 1
    assert [run["state"] for run in runs if run["verdict"]] == ["done"]


def test_two_quick_messages_become_one_draft_and_the_older_run_is_superseded(house: House) -> None:
    house.fault("slow", on="read", seconds=1.0, calls=1)
    ticket = house.open_ticket("Where is my parcel?")
    house.say(ticket, "And how can I return an item?")

    runs = house.settled(ticket)

    assert len(house.written(ticket)) == 1
    assert [run["state"] for run in runs][:2] == ["superseded", "done"]
    question = screened(house, runs[1]["id"])["question"]
    assert "Where is my parcel?" in question
    assert "return an item" in question


def test_a_later_message_gets_a_new_draft_that_says_it_takes_the_place_of_the_first(house: House) -> None:
    ticket = house.open_ticket("When does my parcel arrive?")
    house.settled(ticket)

    house.say(ticket, "And how can I return an item?")
    house.settled(ticket)

    _, second = house.written(ticket)
    states = house.rows("select state from draft where ticket_id = %s order by run_id", ticket)
    assert "in place of the earlier one" in second
    assert [draft["state"] for draft in states] == ["superseded", "shown"]


def test_an_agents_own_reply_closes_the_draft_with_its_outcome(house: House) -> None:
    ticket = house.open_ticket("How can I return an item?")
    (run, *_) = house.settled(ticket)

    house.say(ticket, "Please print the label from your account and bring the parcel to a shop.", author="agent-emma")
    house.settled(ticket)

    (draft,) = house.rows("select state from draft where run_id = %s", run["id"])
    (outcome,) = house.rows("select kind, similarity from outcome where run_id = %s", run["id"])
    assert draft["state"] == "closed"
    assert outcome["kind"] in ("light_edit", "rewritten", "not_used")
    assert 0 <= outcome["similarity"] < 1


def test_a_wrong_signature_keeps_nothing(house: House) -> None:
    before = house.rows("select count(*) as n from event")

    answer = house.web.post(
        "/webhooks/acme",
        content=b'{"type":"ticket.created"}',
        headers={"webhook-id": "msg_1", "webhook-timestamp": "1767225600", "webhook-signature": "v1,AAAA"},
    )

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert house.rows("select count(*) as n from event") == before


def test_an_unknown_account_is_told_the_same_as_a_wrong_signature(house: House) -> None:
    unknown = house.web.post("/webhooks/nobody", content=b"{}")
    unsigned = house.web.post("/webhooks/acme", content=b"{}")

    assert unknown.status_code == unsigned.status_code == 401
    assert {key: unknown.json()[key] for key in ("title", "detail")} == {
        key: unsigned.json()[key] for key in ("title", "detail")
    }


def test_a_ticket_that_is_deleted_before_it_is_read_ends_quietly(house: House) -> None:
    house.fault("slow", on="read", seconds=0.7, calls=1)
    ticket = house.open_ticket("Where is my parcel?")
    house.desk.delete(f"/api/tickets/{ticket}")

    runs = house.settled(ticket)

    assert {run["state"] for run in runs} <= {"nothing", "superseded"}
    assert all(run["error"] is None for run in runs)


def test_the_story_of_a_run_is_a_page(house: House) -> None:
    ticket = house.open_ticket("Where is my parcel?")
    (run, *_) = house.settled(ticket)

    page = house.web.get(f"/runs/{run['id']}", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert "A person looks at every draft" in page.text


def test_a_stranger_without_the_admin_token_sees_no_page(house: House) -> None:
    answer = house.web.get("/runs/1", headers={"x-forwarded-for": "203.0.113.9"})

    assert answer.status_code == 403
