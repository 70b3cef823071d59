"""Polling misses nothing: not what is committed late, and not what no page number tells of."""

import pytest

from connectors.contract import EventKind, Role, Visibility
from connectors.errors import Rejected
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.deliveries import delivery, recording
from tests.connectors.request_tracker.desk import EMMA, ME, RITA, TICKET, RequestTrackerDesk


async def test_without_a_cursor_polling_begins_now(connector: RequestTrackerConnector) -> None:
    events, cursor = await connector.poll(None)

    assert events == []
    assert cursor == "58"


async def test_what_happened_is_told_as_the_webhook_tells_it(connector: RequestTrackerConnector) -> None:
    events, _ = await connector.poll("53")

    by_id = {event.event_id: event for event in events}
    for name in ("own_note__draft", "own_reply__sent"):
        (told,) = connector.receive(delivery(recording(name))).events
        assert by_id[told.event_id] == told


async def test_who_is_staff_is_left_for_the_ticket_to_tell(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    for author in (RITA, EMMA, ME, "RT_System"):
        desk.says(TICKET, author, "A word.", "Correspond")

    events, _ = await connector.poll("60")

    assert [event.author for event in events] == [None, None, Role.INTEGRATION, Role.SYSTEM]
    assert {event.visibility for event in events} == {Visibility.PUBLIC}


async def test_a_deleted_ticket_is_told_as_deleted(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    desk.happens(TICKET, EMMA, "Status", NewValue="deleted")

    events, _ = await connector.poll("60")

    assert [event.kind for event in events] == [EventKind.TICKET_DELETED]


async def test_a_low_id_that_is_committed_late_is_still_told(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    late = desk.says(TICKET, RITA, "Begun first, stored last.", "Correspond")
    desk.transactions.remove(late)
    seen = desk.says(TICKET, RITA, "Stored at once.", "Correspond")
    first, cursor = await connector.poll("58")
    desk.transactions.append(late)

    second, _ = await connector.poll(cursor)

    assert [event.message_id for event in first] == [seen["id"]]
    assert [event.message_id for event in second] == [late["id"], seen["id"]]


async def test_the_cursor_moves_on_once_two_minutes_have_passed(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    rows = [desk.says(TICKET, RITA, f"{number}", "Correspond") for number in range(150)]  # one second each

    events, cursor = await connector.poll("60")

    assert len(events) == 150
    assert cursor == rows[-121]["id"]


async def test_a_backlog_is_worked_off_in_several_calls(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    for number in range(1300):
        desk.says(TICKET, RITA, f"{number}", "Correspond")
    told, cursor = set(), "60"

    for _ in range(2):
        events, cursor = await connector.poll(cursor)
        told |= {event.message_id for event in events}

    assert len(told) == 1300


async def test_a_burst_longer_than_a_call_does_not_stop_the_cursor(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    rows = [desk.says(TICKET, RITA, f"{number}", "Correspond") for number in range(1001)]
    for row in rows:
        row["Created"] = rows[0]["Created"]

    _, cursor = await connector.poll("60")

    assert cursor == rows[999]["id"]


async def test_a_cursor_of_somebody_else_is_refused(connector: RequestTrackerConnector) -> None:
    with pytest.raises(Rejected, match="begin again"):
        await connector.poll("2026-11-23T10:00:00Z")
