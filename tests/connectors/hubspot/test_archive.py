"""Closed threads come to their end."""

from datetime import UTC, datetime

from respx.models import CallList

from connectors.contract import Ticket
from connectors.hubspot.connector import HubspotConnector
from tests.connectors.hubspot.desk import LONG_TICKET, THREADS, TICKET, HubspotDesk, recorded


async def history(connector: HubspotConnector, since: datetime | None = None) -> list[Ticket]:
    return [ticket async for page in connector.history(since) for ticket in page]


async def test_closed_threads_come_with_their_messages(connector: HubspotConnector, desk: HubspotDesk) -> None:
    desk.threads[TICKET]["status"] = "CLOSED"

    (found,) = await history(connector)

    assert (found.id, len(found.messages)) == (TICKET, 5)


async def test_every_page_is_read(connector: HubspotConnector, desk: HubspotDesk) -> None:
    for ticket_id in ("1", "2", "3"):
        desk.threads[ticket_id] = {**desk.threads[TICKET], "id": ticket_id, "status": "CLOSED"}
        desk.happened[ticket_id] = []

    assert [ticket.id for ticket in await history(connector)] == ["1", "2", "3"]


async def test_what_was_quiet_since_then_is_not_asked_for(
    connector: HubspotConnector, desk: HubspotDesk, calls: CallList
) -> None:
    for ticket_id, at in ((TICKET, "2026-09-01T08:30:00Z"), (LONG_TICKET, "2026-09-03T08:30:00Z")):
        desk.threads[ticket_id] |= {"status": "CLOSED", "latestMessageTimestamp": at}

    found = await history(connector, datetime(2026, 9, 2, tzinfo=UTC))

    assert [ticket.id for ticket in found] == [LONG_TICKET]
    asked = next(call.request.url.params for call in calls if call.request.url.path == THREADS)
    assert (asked["sort"], asked["latestMessageTimestampAfter"]) == ("latestMessageTimestamp", "2026-09-02T00:00:00Z")


async def test_thread_deleted_meanwhile_is_passed_over(connector: HubspotConnector, desk: HubspotDesk) -> None:
    for ticket_id in (TICKET, LONG_TICKET):
        desk.threads[ticket_id]["status"] = "CLOSED"
    desk.scripted[f"GET {THREADS}/{TICKET}"] = 404, recorded("error__not_found")

    assert [ticket.id for ticket in await history(connector)] == [LONG_TICKET]
