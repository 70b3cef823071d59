"""RT answers 200 to what it refused, and replaces what it should add to: a write looks twice."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from respx.models import CallList

from connectors.contract import Action, Change, InternalNote, Mark, Priority, PublicReply, Status, text_hash
from connectors.errors import AuthFailed, Misconfigured, Rejected, Unavailable, WriteConflict
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.desk import EMMA, TICKET, RequestTrackerDesk
from tests.connectors.request_tracker.test_settings import account

MARK = Mark("cs-aaaabbbbccccdddd2", text_hash("It is on its way."), datetime(2026, 11, 23, tzinfo=UTC))
NOTE, REPLY = InternalNote(f"It is on its way.\n\n{MARK.value}", MARK), PublicReply("It is on its way.", MARK)


def sent(calls: CallList) -> list[tuple[str, str, dict[str, object]]]:
    writes = [call.request for call in calls if call.request.method != "GET"]
    return [(one.method, one.url.path.rpartition("/")[2], json.loads(one.content)) for one in writes]


async def test_a_note_is_a_comment_in_plain_text_with_the_mark_as_its_subject(
    connector: RequestTrackerConnector, calls: CallList
) -> None:
    await connector.write(await connector.fetch(TICKET), NOTE)

    body = {"Content": NOTE.body, "ContentType": "text/plain", "Subject": f"Countersign {MARK.value}"}
    assert sent(calls) == [("POST", "comment", body)]


async def test_a_reply_shows_its_mark_nowhere(connector: RequestTrackerConnector, calls: CallList) -> None:
    await connector.write(await connector.fetch(TICKET), REPLY)

    assert sent(calls) == [("POST", "correspond", {"Content": REPLY.body, "ContentType": "text/plain"})]


async def test_a_change_goes_first_for_the_version_that_was_read_and_the_status_with_the_message(
    connector: RequestTrackerConnector, calls: CallList
) -> None:
    ticket = await connector.fetch(TICKET)
    change = Change(["late"], Priority.URGENT, "Tier 2", "emma@rt.example", Status.SOLVED)

    await connector.write(ticket, NOTE, change)

    (_, _, fields), (_, verb, message) = sent(calls)
    assert fields == {
        "CustomFields": {"Tags": ["shipping", "late"]},
        "Priority": "75",
        "Queue": "Tier 2",
        "Owner": EMMA,
    }
    assert (verb, message["Status"]) == ("comment", "resolved")
    condition = next(call.request.headers["if-match"] for call in calls if call.request.method == "PUT")
    assert condition == f'"{ticket.version}"'


async def test_a_status_alone_is_a_change_of_the_ticket(connector: RequestTrackerConnector, calls: CallList) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), None, Change(status=Status.PENDING))

    ticket = await connector.fetch(TICKET)
    assert sent(calls) == [("PUT", TICKET, {"Status": "stalled"})]
    assert (ticket.status, ticket.version) == (Status.PENDING, receipt.version)


@pytest.mark.parametrize("action", [NOTE, REPLY, None])
async def test_a_change_of_an_old_version_writes_nothing(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk, action: Action | None
) -> None:
    old = await connector.fetch(TICKET)
    desk.says(TICKET, EMMA, "I have it.", "Comment")
    before = desk.stored(TICKET)

    with pytest.raises(WriteConflict):
        await connector.write(old, action, Change(["late"]))

    assert desk.stored(TICKET) == before


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("Priority", Change(priority=Priority.LOW)),
        ("Queue", Change(team="Nowhere")),
        ("Owner", Change(assignee="nobody-known")),
        ("CustomFields", Change(["late"])),
        ("Status", Change(status=Status.CLOSED)),
    ],
)
async def test_what_rt_did_not_change_is_an_error_that_names_it(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk, field: str, change: Change
) -> None:
    desk.refuses.add(field)
    ticket = await connector.fetch(TICKET)

    with pytest.raises(Rejected, match=f"answered 200 and did not change {field}"):
        await connector.write(ticket, None, change)


async def test_a_missing_right_is_for_an_admin(connector: RequestTrackerConnector, desk: RequestTrackerDesk) -> None:
    desk.missing.add("ModifyTicket")
    ticket = await connector.fetch(TICKET)

    with pytest.raises(AuthFailed, match="countersign check"):
        await connector.write(ticket, NOTE, Change(priority=Priority.LOW))

    assert desk.stored(TICKET).count("Comment") == len([one for one in ticket.messages if one.visibility == "internal"])


async def test_a_refused_status_says_that_the_message_is_stored(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    desk.refuses.add("Status")

    with pytest.raises(Rejected, match=r"Status of ticket 1; message \d+ is stored"):
        await connector.write(await connector.fetch(TICKET), NOTE, Change(status=Status.SOLVED))


async def test_a_refused_message_says_what_rt_means_by_400(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    desk.missing |= {"CommentOnTicket", "ModifyTicket"}

    with pytest.raises(Rejected, match="a right is missing"):
        await connector.write(await connector.fetch(TICKET), NOTE)


async def test_a_message_that_cannot_be_seen_afterwards_may_be_stored(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    ticket = await connector.fetch(TICKET)
    desk.missing.add("ShowTicketComments")

    with pytest.raises(Unavailable) as caught:
        await connector.write(ticket, NOTE)

    assert caught.value.may_be_stored


@pytest.mark.parametrize(
    ("options", "action", "change", "error"),
    [
        ({"replies": False}, REPLY, None, Rejected),
        ({"routing": False}, NOTE, Change(["late"]), Rejected),
        ({"tags_field": None}, NOTE, Change(["late"]), Misconfigured),
        ({}, None, None, Rejected),
        ({}, InternalNote("x" * (1024 * 1024 + 1), MARK), None, Rejected),
        ({}, NOTE, Change([" \n "]), Rejected),
    ],
)
async def test_what_cannot_be_written_is_refused_before_any_call(
    connector: RequestTrackerConnector,
    calls: CallList,
    options: dict[str, Any],
    action: Action | None,
    change: Change | None,
    error: type[Exception],
) -> None:
    ticket = await connector.fetch(TICKET)
    other = RequestTrackerConnector.connect(account(**options))
    before = len(calls)

    with pytest.raises(error):
        await other.write(ticket, action, change)

    assert len(calls) == before
    await other.close()


async def test_an_agent_whom_rt_does_not_know_by_mail_is_refused(
    connector: RequestTrackerConnector, calls: CallList
) -> None:
    ticket = await connector.fetch(TICKET)

    with pytest.raises(Rejected, match="no users with this e-mail address"):
        await connector.write(ticket, NOTE, Change(assignee="nobody@rt.example"))

    assert sent(calls) == []


async def test_the_version_of_a_receipt_is_the_ticket_after_our_own_write(
    connector: RequestTrackerConnector, calls: CallList
) -> None:
    first = await connector.write(await connector.fetch(TICKET), NOTE)
    ticket = await connector.fetch(TICKET)

    assert first.version == ticket.version
    await connector.write(ticket, None, Change(["late"]))  # not stale because of our own note
    assert isinstance(calls.last.response, httpx.Response)
