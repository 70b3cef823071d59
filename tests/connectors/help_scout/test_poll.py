"""Polling finds what no webhook told, and calls it by the same name."""

import dataclasses
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
from respx.models import CallList

from connectors.contract import EventKind, Role, Visibility
from connectors.errors import Rejected, Unavailable
from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.help_scout.deliveries import delivery, event
from tests.connectors.help_scout.desk import ACCOUNT, ANN, LONG_TICKET, ME, RITA, TICKET, HelpScoutDesk

BEFORE = "2026-09-01T09:45:00Z"


async def test_without_a_cursor_polling_begins_now(connector: HelpScoutConnector) -> None:
    events, cursor = await connector.poll(None)

    behind = datetime.now(UTC) - datetime.fromisoformat(cursor)
    assert events == []
    assert timedelta(minutes=1) < behind < timedelta(minutes=5)


async def test_message_that_was_there_is_not_new_where_the_clocks_differ(
    connector: HelpScoutConnector, desk: HelpScoutDesk
) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    desk.says(TICKET, RITA, "Sent from the future.", createdAt=ahead)

    _, cursor = await connector.poll(None)

    assert cursor == ahead
    assert await connector.poll(cursor) == ([], cursor)


async def test_message_that_is_stored_late_is_still_told(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    early = (datetime.now(UTC) - timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    _, cursor = await connector.poll(None)
    desk.says(TICKET, RITA, "Stored at once.")
    first, cursor = await connector.poll(cursor)
    late = desk.says(LONG_TICKET, RITA, "Begun first, stored last.", createdAt=early)

    second, _ = await connector.poll(cursor)

    assert str(late["id"]) not in [one.message_id for one in first]
    assert str(late["id"]) in [one.message_id for one in second]


async def test_message_has_the_name_that_its_webhook_gives_it(connector: HelpScoutConnector) -> None:
    events, _ = await connector.poll(BEFORE)

    (told,) = connector.receive(delivery(event("requester_replied__email"))).events
    assert [one.event_id for one in events] == ["thread:90104", "thread:90105"]
    assert dataclasses.replace(told, occurred_at=events[1].occurred_at) == events[1]


async def test_who_wrote_and_who_sees_it_is_told(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    start = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    desk.says(TICKET, RITA, "Hello?")
    desk.says(TICKET, ANN, "On it.", type="note")
    desk.says(TICKET, ME, "Dear Rita", type="message", state="draft")
    desk.says(TICKET, ANN, "assigned", type="lineitem")

    events, _ = await connector.poll(start)

    assert [(one.author, one.visibility) for one in events] == [
        (Role.REQUESTER, Visibility.PUBLIC),
        (Role.AGENT, Visibility.INTERNAL),
        (Role.INTEGRATION, Visibility.DRAFT),
    ]


async def test_first_message_makes_the_ticket(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    desk.says(LONG_TICKET, RITA, "Where is it?")
    desk.says(LONG_TICKET, RITA, "Hello?")

    events, _ = await connector.poll(BEFORE)

    kinds = [one.kind for one in events if one.ticket_id == LONG_TICKET]
    assert kinds == [EventKind.TICKET_CREATED, EventKind.MESSAGE_ADDED]


async def test_inbox_that_is_not_ours_is_of_no_interest(calls: CallList) -> None:
    account = dataclasses.replace(ACCOUNT, options={"inbox_ids": [86]})
    connector = HelpScoutConnector.connect(account)

    events, _ = await connector.poll(BEFORE)

    assert events == []
    await connector.close()


async def test_conversation_that_changes_while_pages_are_read_pushes_no_other_past_us(desk: HelpScoutDesk) -> None:
    start = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for number in range(9000, 9050):
        desk.conversations[str(number)] = {**desk.conversations[LONG_TICKET], "id": number}
        desk.threads[str(number)] = []
        desk.says(str(number), RITA, "Me too.")

    def answer(request: httpx.Request) -> httpx.Response:
        response = desk.answer(request)
        if request.url.params.get("page") == "1" and request.url.path == "/v2/conversations":
            desk.says("9010", RITA, "Hello?")
        return response

    connector = HelpScoutConnector.connect(ACCOUNT)
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=answer)
        events, _ = await connector.poll(start)
    await connector.close()

    assert {one.ticket_id for one in events} == {str(number) for number in range(9000, 9050)}


async def test_every_page_is_read(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    for number in range(9000, 9060):
        desk.conversations[str(number)] = {**desk.conversations[LONG_TICKET], "id": number}
        desk.threads[str(number)] = []
        desk.says(str(number), RITA, "Me too.")

    events, _ = await connector.poll(BEFORE)

    assert len({one.ticket_id for one in events}) == 61


@pytest.mark.parametrize("cursor", ["", "58", "yesterday"])
async def test_cursor_of_another_kind_is_refused(connector: HelpScoutConnector, cursor: str) -> None:
    with pytest.raises(Rejected, match="begin again"):
        await connector.poll(cursor)


async def test_page_that_fails_moves_no_cursor(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    desk.scripted["GET /v2/conversations"] = 200, {"surprise": []}

    with pytest.raises(Unavailable):
        await connector.poll(BEFORE)
