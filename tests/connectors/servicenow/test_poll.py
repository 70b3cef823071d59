"""Polling misses nothing, and tells what happened as the business rule tells it."""

from datetime import datetime, timedelta

import pytest

from connectors.contract import EventKind, Role, Visibility
from connectors.errors import Rejected, Unavailable
from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.servicenow.deliveries import delivery, recording
from tests.connectors.servicenow.desk import ANN, LONG_TICKET, ME, RITA, TICKET, ServiceNowDesk

START = "2026-09-01 10:00:01"
FORM = "%Y-%m-%d %H:%M:%S"


async def test_without_a_cursor_polling_begins_now(connector: ServiceNowConnector) -> None:
    assert await connector.poll(None) == ([], "2026-09-01 10:00:00")


async def test_what_happened_is_told_as_the_business_rule_tells_it(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    for name, user, element in (
        ("requester_replied__portal", RITA, "comments"),
        ("agent_noted__work_note", ANN, "work_notes"),
        ("own_note__draft", ME, "work_notes"),
    ):
        row = desk.says(TICKET, user, "A word.", element)
        entry = {key: row[key] for key in ("sys_id", "element_id", "element", "sys_created_on", "sys_created_by")}
        (told,) = connector.receive(delivery(recording(name, record=told_of(desk), journal=[entry]))).events

        polled = {event.event_id: event for event in (await connector.poll(START))[0]}
        assert polled[told.event_id] == told


def told_of(desk: ServiceNowDesk) -> dict[str, str]:
    return {name: both["value"] for name, both in desk.records[TICKET].items() if name.startswith("sys_")}


async def test_an_update_without_an_entry_is_a_change(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    desk.touch(TICKET, ANN, state="3")
    (theirs,), _ = await connector.poll(START)
    desk.touch(TICKET, ME, state="2")
    (ours,), _ = await connector.poll(START)

    assert (theirs.kind, theirs.author, ours.author) == (EventKind.TICKET_CHANGED, None, Role.INTEGRATION)
    assert theirs.event_id != ours.event_id
    (told,) = connector.receive(delivery(recording("ticket_changed__state", record=told_of(desk)))).events
    assert told == ours


async def test_a_new_record_is_told_as_new(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    desk.sets(TICKET, sys_created_on="2026-09-01 10:02:00", sys_updated_on="2026-09-01 10:02:00", sys_mod_count="0")

    (event,), _ = await connector.poll(START)

    assert event.kind is EventKind.TICKET_CREATED


async def test_what_is_committed_late_is_still_told(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    late = desk.says(TICKET, RITA, "Begun first, stored last.")
    desk.tables["sys_journal_field"].remove(late)
    seen = desk.says(TICKET, RITA, "Stored at once.")
    first, cursor = await connector.poll(late["sys_created_on"])
    desk.tables["sys_journal_field"].append(late)

    second, _ = await connector.poll(cursor)

    assert [event.message_id for event in first if event.message_id] == [seen["sys_id"]]
    assert [event.message_id for event in second if event.message_id] == [late["sys_id"], seen["sys_id"]]
    assert {event.visibility for event in second if event.message_id} == {Visibility.PUBLIC}


async def test_the_cursor_stays_two_minutes_behind_and_never_goes_back(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    rows = [desk.says(TICKET, RITA, f"{number}") for number in range(150)]  # one second each
    newest = datetime.strptime(rows[-1]["sys_created_on"], FORM)

    _, cursor = await connector.poll(START)
    _, again = await connector.poll(rows[-1]["sys_created_on"])

    assert cursor == (newest - timedelta(minutes=2)).strftime(FORM)
    assert again == rows[-1]["sys_created_on"]


async def test_a_backlog_is_worked_off_in_several_calls(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    rows = [desk.says(LONG_TICKET, RITA, f"{number}") for number in range(1300)]
    told, cursor = set(), START

    for _ in range(2):
        events, cursor = await connector.poll(cursor)
        told |= {event.message_id for event in events if event.message_id}

    assert told == {row["sys_id"] for row in rows}


async def test_of_two_lists_that_go_on_the_cursor_takes_the_earlier_end(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    rows = [desk.says(LONG_TICKET, RITA, f"{number}") for number in range(1100)]
    latest = desk.records[LONG_TICKET]
    desk.records |= {f"{number:032x}": {**latest, "sys_id": {"value": f"{number:032x}"}} for number in range(1100)}

    _, cursor = await connector.poll(START)

    assert cursor == rows[999]["sys_created_on"] < rows[-1]["sys_created_on"]


async def test_a_burst_longer_than_a_call_does_not_stop_the_cursor(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    rows = [desk.says(LONG_TICKET, RITA, f"{number}") for number in range(1001)]
    for row in rows:
        row["sys_created_on"] = rows[0]["sys_created_on"]

    _, cursor = await connector.poll(rows[0]["sys_created_on"])

    assert cursor > rows[0]["sys_created_on"]


@pytest.mark.parametrize("column", ["sys_updated_on", "sys_created_on", "name"])
async def test_a_question_that_is_not_understood_is_no_flood_of_old_events(
    connector: ServiceNowConnector, desk: ServiceNowDesk, column: str
) -> None:
    desk.says(TICKET, RITA, "Of a change request.")["name"] = "change_request"
    desk.ignores.add(column)

    with pytest.raises(Unavailable, match="other rows"):
        await connector.poll(START)


async def test_a_cursor_of_somebody_else_is_refused(connector: ServiceNowConnector) -> None:
    with pytest.raises(Rejected, match="begin again"):
        await connector.poll("58")
