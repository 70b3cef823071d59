"""Polling misses nothing, and tells what happened as the callout tells it."""

from datetime import datetime, timedelta

import pytest

from connectors.contract import EventKind, Role, Visibility
from connectors.errors import Rejected
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.values import literal
from tests.connectors.salesforce.deliveries import delivery, recording
from tests.connectors.salesforce.desk import ANN, AUTOMATED, ME, TICKET, SalesforceDesk

START = "2026-09-01T10:00:00Z"


async def test_without_a_cursor_polling_begins_now(connector: SalesforceConnector) -> None:
    assert await connector.poll(None) == ([], START)


async def test_what_happened_is_told_as_the_callout_tells_it(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    rows = {
        "own_reply__sent": desk.mails(TICKET, ME, "Sent."),
        "own_draft__written": desk.mails(TICKET, ME, "A draft.", Status="5"),
        "requester_replied__email": desk.mails(TICKET, AUTOMATED, "And?", incoming=True),
        "agent_noted__comment": desk.comments(TICKET, ANN, "Noted."),
        "own_note__draft": desk.comments(TICKET, ME, "Note."),
    }

    polled = {event.event_id: event for event in (await connector.poll(START))[0]}

    for name, row in rows.items():
        stamps = {key: row[key] for key in ("Id", "CreatedDate", "SystemModstamp", "CreatedById", "LastModifiedById")}
        (told,) = connector.receive(delivery(recording(name, **stamps))).events
        assert polled[told.event_id] == told


async def test_a_case_that_is_new_and_changed_already_is_told_as_both(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.case()["CreatedDate"] = "2026-09-01T10:01:00.000+0000"
    desk.touch(Status="Escalated")

    events, _ = await connector.poll(START)

    assert [event.kind for event in events] == [EventKind.TICKET_CREATED, EventKind.TICKET_CHANGED]
    assert {event.ticket_id for event in events} == {TICKET}


async def test_who_changed_a_case_is_told_where_it_was_us(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    desk.touch()
    (theirs,), _ = await connector.poll(START)
    desk.touch()
    desk.case()["LastModifiedById"] = ME
    (ours,), _ = await connector.poll(START)

    assert (theirs.author, ours.author) == (None, Role.INTEGRATION)
    assert theirs.event_id != ours.event_id


async def test_an_email_of_something_else_than_a_case_is_left_alone(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.mails(TICKET, AUTOMATED, "To a lead.", incoming=True)["ParentId"] = None

    assert (await connector.poll(START))[0] == []


async def test_what_is_committed_late_is_still_told(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    late = desk.mails(TICKET, AUTOMATED, "Begun first, stored last.", incoming=True)
    desk.tables["EmailMessage"].remove(late)
    seen = desk.mails(TICKET, AUTOMATED, "Stored at once.", incoming=True)
    just_before = literal(datetime.fromisoformat(late["SystemModstamp"]) - timedelta(seconds=1))
    first, cursor = await connector.poll(just_before)
    desk.tables["EmailMessage"].append(late)

    second, _ = await connector.poll(cursor)

    assert [event.message_id for event in first] == [seen["Id"]]
    assert [event.message_id for event in second] == [late["Id"], seen["Id"]]


async def test_the_cursor_stays_two_minutes_behind_and_never_goes_back(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    rows = [desk.mails(TICKET, AUTOMATED, f"{number}", incoming=True) for number in range(300)]  # one second each
    newest = datetime.fromisoformat(rows[-1]["SystemModstamp"])

    events, cursor = await connector.poll(START)

    assert len(events) == 300
    assert cursor == literal(newest - timedelta(minutes=2))
    assert (await connector.poll(literal(newest)))[1] == literal(newest)


async def test_a_comment_that_was_published_later_is_told_again(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    row = desk.comments(TICKET, ANN, "For you after all.")
    (noted,), _ = await connector.poll(START)
    row["IsPublished"] = True
    (published,), _ = await connector.poll(START)

    assert (noted.visibility, published.visibility) == (Visibility.INTERNAL, Visibility.PUBLIC)
    assert noted.event_id != published.event_id


async def test_a_cursor_of_somebody_else_is_refused(connector: SalesforceConnector) -> None:
    with pytest.raises(Rejected, match="begin again"):
        await connector.poll("58")
