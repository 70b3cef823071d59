"""What polling tells: from now on, everything, by the same names each time, and never past what it did not read."""

from typing import cast

import pytest

from connectors.contract import Capability, Connector, InternalNote, Polls, Role, TicketEvent, Visibility
from connectors.errors import ConnectorError
from tests.connectors.failures import error_of
from tests.connectors.line import Line, answers
from tests.connectors.questions import Questions

MOST_TURNS = 20


class PollingPromises(Questions):
    @pytest.fixture
    def polls(self, connector: Connector) -> Polls:
        self.needs(connector, Capability.POLLING)
        return cast(Polls, connector)

    async def test_polling_begins_now_and_tells_nothing_of_before(self, polls: Polls) -> None:
        events, cursor = await polls.poll(None)

        assert list(events) == []
        assert isinstance(cursor, str)
        assert cursor

    async def test_what_happens_after_the_first_poll_is_told_with_its_ticket(self, polls: Polls) -> None:
        _, cursor = await polls.poll(None)
        self.someone_writes(self.ticket_id, "Where is it now?", Role.REQUESTER, Visibility.PUBLIC)

        told = await drained(polls, cursor)

        assert self.ticket_id in {event.ticket_id for event in told}
        assert all(event.event_id and event.ticket_id for event in told)
        assert all(event.author is not Role.INTEGRATION for event in told)

    async def test_the_same_cursor_tells_the_same_events(self, polls: Polls) -> None:
        _, cursor = await polls.poll(None)
        self.someone_writes(self.ticket_id, "Where is it now?", Role.REQUESTER, Visibility.PUBLIC)

        first, again = await polls.poll(cursor), await polls.poll(cursor)

        assert [event.event_id for event in first[0]] == [event.event_id for event in again[0]]
        assert first[1] == again[1]

    async def test_two_things_have_two_names_and_none_is_lost_between_two_polls(self, polls: Polls) -> None:
        _, cursor = await polls.poll(None)
        names: set[str] = set()
        for words in ("One.", "Two.", "Three."):
            before = len(names)
            self.someone_writes(self.ticket_id, words, Role.REQUESTER, Visibility.PUBLIC)
            events, cursor = await polls.poll(cursor)
            names |= {event.event_id for event in events if event.ticket_id == self.ticket_id}
            assert len(names) > before, words

    async def test_what_we_wrote_ourselves_is_never_told_as_somebody_elses(
        self, connector: Connector, polls: Polls
    ) -> None:
        _, cursor = await polls.poll(None)
        receipt = await connector.write(await connector.fetch(self.ticket_id), self.action(InternalNote))

        told = await drained(polls, cursor)

        own = [event for event in told if event.message_id == receipt.entry_id]
        assert all(event.author in (Role.INTEGRATION, None) for event in told)
        assert all(event.visibility in (Visibility.INTERNAL, None) for event in own)

    async def test_a_poll_that_fails_tells_nothing_and_the_cursor_still_tells_all(
        self, polls: Polls, line: Line
    ) -> None:
        _, cursor = await polls.poll(None)
        self.someone_writes(self.ticket_id, "Where is it now?", Role.REQUESTER, Visibility.PUBLIC)
        line.forget()
        expected, _ = await polls.poll(cursor)

        for sound in range(len(line.requests)):
            line.breaks(answers(500), after=sound)
            await error_of(lambda: polls.poll(cursor), "poll")
            line.is_mended()

        told, _ = await polls.poll(cursor)
        assert [event.event_id for event in told] == [event.event_id for event in expected]

    @pytest.mark.parametrize("cursor", ["", "nonsense", "-1", "{}", "\x00", "9" * 400])
    async def test_a_cursor_that_is_not_its_own_is_an_error_or_harmless(self, polls: Polls, cursor: str) -> None:
        try:
            events, following = await polls.poll(cursor)
        except ConnectorError:
            return
        assert isinstance(following, str)
        assert all(event.event_id and event.ticket_id for event in events)


async def drained(polls: Polls, cursor: str) -> list[TicketEvent]:
    """All that is told from a cursor on, until it stays where it is."""
    told: list[TicketEvent] = []
    for _ in range(MOST_TURNS):
        events, following = await polls.poll(cursor)
        told += events
        if following == cursor:
            return told
        cursor = following
    raise AssertionError("the cursor never comes to rest")
