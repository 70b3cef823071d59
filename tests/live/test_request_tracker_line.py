"""The whole line with a real Request Tracker at its end: a mail comes in, a draft lies in the ticket as a comment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors.contract import Role, Visibility
from connectors.request_tracker.connector import RequestTrackerConnector
from gateway.store.database import Database
from gateway.store.intake import Arrival, accept
from tests.house import until
from tests.live.conftest import account
from tests.live.rt_house import RequestTrackerHouse

QUESTION = "Hello, when does my parcel arrive? I am waiting for it.\nRita"


def newest(house: RequestTrackerHouse) -> int:
    with house.rt.as_user("emma") as emma:
        query = {"query": "id > 0", "orderby": "id", "order": "DESC", "per_page": "1"}
        return int(emma.get("/tickets", params=query).raise_for_status().json()["items"][0]["id"])


def asked(house: RequestTrackerHouse, subject: str) -> str:
    """The id of a ticket that a customer opened by mail."""
    before = newest(house)
    house.rt.mail_in("rita@customer.example", subject, QUESTION)
    found = newest(house)
    assert found > before
    return str(found)


def drafted(house: RequestTrackerHouse, subject: str) -> str:
    """The id of a ticket by mail, once its draft is written and has come back as an event."""
    found = asked(house, subject)
    until(lambda: house.comments(found), f"a draft in RT: {house.log('worker')[-3000:]}", 60)
    house.settled(found, 60)
    return found


@pytest.fixture(scope="module")
def ticket(house: RequestTrackerHouse) -> str:
    """For the tests that only look."""
    return drafted(house, "Parcel late")


def test_a_mail_becomes_one_comment_with_a_draft_and_no_mail_to_the_requester(
    house: RequestTrackerHouse, ticket: str
) -> None:
    runs = house.settled(ticket)

    (subject,) = house.comments(ticket)
    assert subject.startswith("Countersign cs-")
    assert [run["verdict"] for run in runs if run["verdict"]] == ["review"]
    mails = [mail for mail in house.rt.mails() if f"[rt.example #{ticket}]" in mail]
    assert len(mails) == 1, "RT's own word that the mail has come, and nothing else"
    assert "three working days" not in mails[0]


def test_our_own_comment_comes_back_and_starts_nothing(house: RequestTrackerHouse, ticket: str) -> None:
    (own,) = house.rows("select author, kind from event where ticket_id = %s and visibility = 'internal'", ticket)

    assert own == {"author": "integration", "kind": "message_added"}
    assert len(house.comments(ticket)) == 1
    assert len(house.rows("select 1 from draft where ticket_id = %s", ticket)) == 1


def test_an_agents_reply_in_rt_becomes_the_outcome_of_the_draft(house: RequestTrackerHouse) -> None:
    ticket = drafted(house, "To be answered")
    with house.rt.as_user("emma") as emma:
        reply = {
            "Content": "A parcel within the country arrives within three working days.",
            "ContentType": "text/plain",
        }
        emma.post(f"/ticket/{ticket}/correspond", json=reply).raise_for_status()

    (outcome,) = until(
        lambda: house.rows(
            "select o.kind, o.similarity from outcome o join draft d on d.run_id = o.run_id where d.ticket_id = %s",
            ticket,
        ),
        f"an outcome: {house.log('worker')[-2000:]}",
        60,
    )

    assert outcome["kind"] in ("sent_as_is", "light_edit", "rewritten", "not_used")
    assert len(house.comments(ticket)) == 1


def test_a_delivery_with_another_signature_is_refused(house: RequestTrackerHouse) -> None:
    headers = {"webhook-id": "rt-transaction-1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}

    assert httpx.post(f"{house.web.base_url}/webhooks/rt", headers=headers, content=b"{}").status_code == 401


def test_countersign_check_says_that_all_is_in_order(house: RequestTrackerHouse) -> None:
    done = house.command("check")

    assert "comments in Support" in done.stdout, done.stdout + done.stderr
    assert "FAIL" not in "".join(line for line in done.stdout.splitlines() if "rt" in line), done.stdout


@pytest.fixture
def deaf(house: RequestTrackerHouse) -> Iterator[None]:
    """Nobody listens where the scrip delivers to."""
    house.kill("web")
    yield
    house.start_web()


@pytest.mark.usefixtures("deaf")
async def test_what_no_webhook_told_is_found_by_polling(house: RequestTrackerHouse) -> None:
    connector, database = RequestTrackerConnector.connect(account(house.rt)), Database(house.database_url)
    await database.open()
    _, cursor = await connector.poll(None)
    ticket = asked(house, "Nobody heard of this")

    for _ in range(3):  # the cursor stays behind, so the same events come again, and count once
        events, cursor = await connector.poll(cursor)
        arrivals = [_arrival(event) for event in events]
        await accept(database, "rt", arrivals, b"", datetime.now(UTC))

    house.settled(ticket, 60)
    assert len(house.comments(ticket)) == 1
    await connector.close()
    await database.close()


def _arrival(event: Any) -> Arrival:
    """As the intake makes one of a delivery."""
    own = event.author in (Role.INTEGRATION, Role.SYSTEM) or event.visibility is Visibility.INTERNAL
    return Arrival(
        event.event_id,
        event.kind,
        event.ticket_id,
        event.author,
        event.visibility,
        event.message_id,
        event.occurred_at,
        supersedes=not own and event.kind in ("ticket_created", "message_added"),
    )
