"""Polling finds what no rule told, whatever happens while it reads."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from connectors.contract import EventKind, Visibility
from connectors.errors import Unavailable
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.desk import ACCOUNT, ANN, ME, RITA, TICKET, FreshdeskDesk

BEFORE = "2026-09-01T09:00:00Z"


def many(desk: FreshdeskDesk, count: int) -> set[str]:
    """Tickets that came one after the other."""
    numbers = {str(number) for number in range(9000, 9000 + count)}
    for number in sorted(numbers):
        desk.tickets[number] = {**desk.tickets[TICKET], "id": int(number), "stats": {}}
        desk.threads[number] = []
        desk.says(number, RITA, "Me too.", private=False)
    return numbers


async def test_new_ticket_and_the_last_word_are_told(connector: FreshdeskConnector) -> None:
    events, cursor = await connector.poll(BEFORE)

    told = [(one.event_id, one.kind, one.visibility) for one in events if one.ticket_id == TICKET]
    assert told == [
        ("created:452", EventKind.TICKET_CREATED, None),
        ("requester:452:2026-09-01T10:00:00Z", EventKind.MESSAGE_ADDED, Visibility.PUBLIC),
    ]
    assert cursor == "2026-09-01T09:58:00Z"


async def test_who_wrote_is_left_for_the_ticket_to_tell(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    _, cursor = await connector.poll(None)
    desk.says(TICKET, ME, "Ours.", private=False)
    desk.says(TICKET, ANN, "A note.", private=True)

    events, _ = await connector.poll(cursor)

    assert [(one.event_id.partition(":")[0], one.author) for one in events] == [("agent", None)]


async def test_change_that_is_there_is_not_new_where_the_clocks_differ(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    desk.tickets[TICKET] |= {"updated_at": ahead, "stats": {"requester_responded_at": ahead}}

    _, cursor = await connector.poll(None)

    assert await connector.poll(cursor) == ([], ahead)


async def test_without_its_times_a_ticket_is_told_as_changed(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    _, cursor = await connector.poll(None)
    desk.says(TICKET, RITA, "Hello?", private=False)
    desk.tickets[TICKET]["stats"] = None

    events, _ = await connector.poll(cursor)

    assert [one.kind for one in events] == [EventKind.TICKET_CHANGED]


@pytest.mark.parametrize("most", [100, 30])
async def test_every_page_is_read(connector: FreshdeskConnector, desk: FreshdeskDesk, most: int) -> None:
    desk.most_a_page = most
    numbers = many(desk, 250)

    events, _ = await connector.poll(BEFORE)

    assert {one.ticket_id for one in events} >= numbers


async def test_many_changes_within_one_second_are_all_read(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    numbers = many(desk, 250)
    for number in numbers:
        desk.tickets[number]["updated_at"] = "2026-09-01T10:00:00Z"

    events, _ = await connector.poll(BEFORE)

    assert {one.ticket_id for one in events} >= numbers


async def test_ticket_that_changes_while_pages_are_read_pushes_no_other_past_us(desk: FreshdeskDesk) -> None:
    numbers = many(desk, 150)
    changing = iter(sorted(numbers)[:5])

    def answer(request: httpx.Request) -> httpx.Response:
        response = desk.answer(request)
        if number := next(changing, None):
            desk.says(number, RITA, "Hello?", private=False)
        return response

    connector = FreshdeskConnector.connect(ACCOUNT)
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=answer)
        events, _ = await connector.poll(BEFORE)
    await connector.close()

    assert {one.ticket_id for one in events} >= numbers


async def test_page_that_fails_moves_no_cursor(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    desk.scripted["GET /api/v2/tickets"] = 200, {"tickets": []}

    for cursor in (None, BEFORE):
        with pytest.raises(Unavailable):
            await connector.poll(cursor)


async def test_pages_that_go_in_a_circle_end(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    desk.scripted["GET /api/v2/tickets"] = 200, [desk.tickets[TICKET]] * 100

    with pytest.raises(Unavailable, match="again and again"):
        await connector.poll(BEFORE)
