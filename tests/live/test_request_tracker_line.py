"""The whole line with a real Request Tracker at its end: a mail comes in, a draft lies in the ticket as a comment.

Events come by the scrip's webhook, and by polling what the scrip could not deliver."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.house import until
from tests.live.rt_house import PATIENCE, RequestTrackerHouse

Housed = Callable[..., RequestTrackerHouse]


@pytest.fixture(scope="module")
def house(housed: Housed) -> RequestTrackerHouse:
    return housed(poll_every="2s")


@pytest.fixture(scope="module")
def ticket(house: RequestTrackerHouse) -> str:
    """For the tests that only look."""
    return house.drafted("Parcel late")


def test_a_mail_becomes_one_comment_with_a_draft_and_no_mail_to_the_requester(
    house: RequestTrackerHouse, ticket: str
) -> None:
    runs = house.settled(ticket)

    (subject,) = house.comments(ticket)
    assert subject.startswith("Countersign cs-")
    assert [run["verdict"] for run in runs if run["verdict"]] == ["review"]
    (mail,) = house.mails(ticket)  # RT's own word that the mail has come, and nothing else
    assert "three working days" not in mail


def test_the_scrip_tells_at_once_and_polling_tells_the_same_event(house: RequestTrackerHouse, ticket: str) -> None:
    told = "select delivery_id, event_id from event where ticket_id = %s and kind = 'ticket_created'"
    cursor = house.rows("select cursor from poll")
    until(lambda: house.rows("select cursor from poll") != cursor or house.rows(told, ticket), "RT was polled again")

    (created,) = house.rows(told, ticket)
    assert created["delivery_id"] is not None, "the webhook was first"
    assert house.rows("select failures, error from poll") == [{"failures": 0, "error": None}]


def test_our_own_comment_comes_back_and_starts_nothing(house: RequestTrackerHouse, ticket: str) -> None:
    (own,) = house.rows("select author, kind from event where ticket_id = %s and visibility = 'internal'", ticket)

    assert own == {"author": "integration", "kind": "message_added"}
    assert len(house.comments(ticket)) == 1
    assert len(house.rows("select 1 from draft where ticket_id = %s", ticket)) == 1


def test_an_agents_reply_in_rt_becomes_the_outcome_of_the_draft(house: RequestTrackerHouse) -> None:
    ticket = house.drafted("To be answered")

    house.answered(ticket, "A parcel within the country arrives within three working days.")

    assert house.outcome(ticket)["kind"] in ("sent_as_is", "light_edit", "rewritten", "not_used")
    assert len(house.comments(ticket)) == 1


def test_a_wrong_command_in_a_comment_is_answered_in_a_comment_and_a_right_one_sends_the_draft(
    house: RequestTrackerHouse,
) -> None:
    ticket = house.drafted("To be approved")
    house.commanded(ticket, "/aprove")
    until(lambda: len(house.comments(ticket)) == 2, f"the answer: {house.log('worker')[-2000:]}", PATIENCE)

    house.commanded(ticket, "/send\nDear Rita,\n\nit arrives within three working days.")

    until(lambda: house.draft_of(ticket)["state"] == "sent", f"sent: {house.log('worker')[-2000:]}", PATIENCE)
    house.settled(ticket, PATIENCE)
    sent = [mail for mail in house.mails(ticket) if "it arrives within three working days." in mail]
    assert len(sent) == 1
    assert not [mail for mail in house.mails(ticket) if "/send" in mail or "/aprove" in mail]
    by = house.rows("select act, by, via from review where ticket_id = %s order by id", ticket)
    assert [(row["act"], row["via"]) for row in by] == [("misunderstood", "note"), ("approve", "note")]
    assert all(row["by"].startswith("acme:") for row in by)  # RT's own word who emma is; nobody declared her


def test_a_delivery_with_another_signature_is_refused(house: RequestTrackerHouse) -> None:
    headers = {"webhook-id": "rt-transaction-1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}

    assert httpx.post(f"{house.web.base_url}/webhooks/acme", headers=headers, content=b"{}").status_code == 401


def test_countersign_check_says_that_all_is_in_order(house: RequestTrackerHouse) -> None:
    done = house.command("check")

    assert "comments in Support" in done.stdout, done.stdout + done.stderr
    assert "events come by webhook and by polling every 2 s" in done.stdout
    assert "FAIL" not in "".join(line for line in done.stdout.splitlines() if "account acme" in line), done.stdout


def test_countersign_check_names_each_right_that_rt_refuses(rented: Housed, tmp_path: Path) -> None:
    done = rented(tmp_path, "notes").command("check")

    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL account acme")]
    assert done.returncode == 1
    assert any("replies in Support" in line for line in failed), done.stdout + done.stderr
    assert any("routing in Support" in line for line in failed), done.stdout
    assert "ModifyTicket" in done.stdout


@pytest.fixture
def deaf(house: RequestTrackerHouse) -> Iterator[None]:
    """Nobody listens where the scrip delivers to."""
    house.kill("web")
    yield
    house.start_web()


@pytest.mark.usefixtures("deaf")
def test_what_no_webhook_told_is_found_by_polling(house: RequestTrackerHouse) -> None:
    ticket = house.drafted("Nobody heard of this")

    assert len(house.comments(ticket)) == 1
    assert house.rows("select 1 from event where ticket_id = %s and delivery_id is not null", ticket) == []
