"""What is read and written: all of the thread, one entry a write, and only a public reply reaches the customer."""

import html
import unicodedata
from typing import cast

import nh3
import pytest

from connectors.contract import (
    Action,
    BodyFormat,
    Capability,
    Change,
    Connector,
    DraftReply,
    HasArticles,
    InternalNote,
    Message,
    Priority,
    PublicReply,
    Role,
    Visibility,
)
from connectors.errors import DraftInTheWay, Rejected, WriteConflict
from tests.connectors.line import Line
from tests.connectors.questions import ACTIONS, Questions, drain

VISIBLE_AS: dict[type[Action], Visibility] = {
    DraftReply: Visibility.DRAFT,
    InternalNote: Visibility.INTERNAL,
    PublicReply: Visibility.PUBLIC,
}
TEXTS = {
    "emoji": "Grüße 👩‍👩‍👧 🇦🇹 – done ✅",
    "right-to-left": "שלום, הזמנה #4411 בדרך. مرحبا، طلبك في الطريق.",
    "60 kB": ("A sentence that goes on and on, as people do when they are angry. " * 1000)[:60_000],
    "template syntax": "{{ticket.requester.email}} {{ 7*7 }} {% if x %}a{% endif %} ${7*7} #{7*7} <%= 7*7 %> [[x]]",
    "markup": 'Press <b>OK</b> & wait. <script>alert(1)</script> <img src="x" onerror="alert(1)">',
}
PAIRS = [
    (Role.REQUESTER, Visibility.PUBLIC),
    (Role.AGENT, Visibility.PUBLIC),
    (Role.AGENT, Visibility.INTERNAL),
]


class ThreadPromises(Questions):
    def test_an_account_can_do_no_more_than_its_class_offers(self, connector: Connector) -> None:
        assert connector.capabilities <= self.connector_class.capabilities

    async def test_fetch_follows_the_pages_to_the_end(self, connector: Connector) -> None:
        messages = (await connector.fetch(self.long_ticket_id)).messages

        assert len({message.id for message in messages}) == len(messages) == self.long_thread
        assert [message.created_at for message in messages] == sorted(message.created_at for message in messages)

    @pytest.mark.parametrize(("role", "visibility"), PAIRS)
    async def test_fetch_tells_who_wrote_and_who_can_see(
        self, connector: Connector, role: Role, visibility: Visibility
    ) -> None:
        self.someone_writes(self.ticket_id, "Exactly these words.", role, visibility)

        last = (await connector.fetch(self.ticket_id)).messages[-1]

        assert "Exactly these words." in readable(last)
        assert (last.author.role, last.visibility) == (role, visibility)

    async def test_fetched_text_fits_into_every_database(self, connector: Connector) -> None:
        self.someone_writes(self.ticket_id, "A zero \x00 inside.", Role.REQUESTER, Visibility.PUBLIC)

        last = (await connector.fetch(self.ticket_id)).messages[-1]

        assert bare(readable(last)) == bare("A zero inside.")
        assert "\x00" not in last.body

    async def test_fetch_tells_times_with_their_zone_and_what_a_file_is(self, connector: Connector) -> None:
        ticket = await connector.fetch(self.ticket_id)

        times = [ticket.created_at, ticket.updated_at, *(message.created_at for message in ticket.messages)]
        assert all(time.utcoffset() is not None for time in times)
        assert ticket.requester.role is Role.REQUESTER
        files = [file for message in ticket.messages for file in message.attachments]
        told = [(file.id, file.name, file.media_type, file.size) for file in files]
        if wanted := self.attachment:
            assert (wanted.id, wanted.name, wanted.media_type, wanted.size) in told

    async def test_version_changes_with_the_ticket_and_only_then(self, connector: Connector) -> None:
        first, second = await connector.fetch(self.ticket_id), await connector.fetch(self.ticket_id)
        self.someone_writes(self.ticket_id, "One more thing.", Role.REQUESTER, Visibility.PUBLIC)
        third = await connector.fetch(self.ticket_id)

        assert first.version == second.version != third.version

    async def test_only_a_public_reply_reaches_the_customer(self, connector: Connector, line: Line) -> None:
        for kind in self.actions(connector):
            ticket = await connector.fetch(self.ticket_id)
            line.forget()

            await connector.write(ticket, self.action(kind))

            reaches = any(self.customer_would_see(request) for request in line.requests)
            assert reaches is (kind is PublicReply), kind.__name__

    async def test_a_change_alone_never_reaches_the_customer(self, connector: Connector, line: Line) -> None:
        self.needs(connector, Capability.ROUTING)
        ticket = await connector.fetch(self.ticket_id)
        line.forget()

        await connector.write(ticket, None, Change(tags_added=["escalated"], priority=Priority.HIGH))

        assert line.requests
        assert not any(self.customer_would_see(request) for request in line.requests)

    async def test_an_action_that_it_cannot_do_is_refused_before_any_call(
        self, connector: Connector, line: Line
    ) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.forget()

        for kind in ACTIONS.keys() - set(self.actions(connector)):
            with pytest.raises(Rejected):
                await connector.write(ticket, self.action(kind))

        assert not line.requests

    async def test_a_write_becomes_exactly_the_entry_that_its_receipt_names(self, connector: Connector) -> None:
        for kind in self.actions(connector):
            before = await connector.fetch(self.ticket_id)

            receipt = await connector.write(before, self.action(kind, f"Written as {kind.__name__}."))

            after = await connector.fetch(self.ticket_id)
            added = {message.id for message in after.messages} - {message.id for message in before.messages}
            assert added == {receipt.entry_id}
            entry = after.messages[-1]
            assert (entry.visibility, entry.author.role) == (VISIBLE_AS[kind], Role.INTEGRATION)
            assert receipt.visibility is VISIBLE_AS[kind]
            assert receipt.version in (None, after.version)

    async def test_a_colleagues_draft_is_left_alone_and_a_note_can_still_be_written(self, connector: Connector) -> None:
        self.needs(connector, Capability.NATIVE_DRAFT)
        self.colleague_drafts(self.ticket_id)
        before = await connector.fetch(self.ticket_id)

        with pytest.raises(DraftInTheWay):
            await connector.write(before, self.action(DraftReply), Change(tags_added=["never-added"]))

        after = await connector.fetch(self.ticket_id)
        assert (after.version, after.messages, after.tags) == (before.version, before.messages, before.tags)
        note = await connector.write(after, self.action(InternalNote))
        assert note.visibility is Visibility.INTERNAL
        drafts = [one for one in (await connector.fetch(self.ticket_id)).messages if one.visibility is Visibility.DRAFT]
        assert drafts == [one for one in before.messages if one.visibility is Visibility.DRAFT]

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
    async def test_text_arrives_as_it_was_written(self, connector: Connector, text: str) -> None:
        for kind in self.actions(connector):
            receipt = await connector.write(await connector.fetch(self.ticket_id), self.action(kind, text))

            ticket = await connector.fetch(self.ticket_id)
            entry = next(message for message in ticket.messages if message.id == receipt.entry_id)
            assert bare(text) in bare(readable(entry)), kind.__name__

    async def test_tags_are_added_and_never_replaced(self, connector: Connector) -> None:
        self.needs(connector, Capability.ROUTING)
        before = await connector.fetch(self.ticket_id)
        assert before.tags, "the ticket needs a tag for this to prove anything"

        await connector.write(before, self.action(InternalNote), Change(tags_added=["escalated"]))

        assert set((await connector.fetch(self.ticket_id)).tags) == {*before.tags, "escalated"}

    async def test_note_and_priority_change_are_both_stored(self, connector: Connector) -> None:
        self.needs(connector, Capability.ROUTING)
        before = await connector.fetch(self.ticket_id)

        receipt = await connector.write(before, self.action(InternalNote), Change(priority=Priority.URGENT))

        after = await connector.fetch(self.ticket_id)
        assert after.priority is Priority.URGENT
        assert receipt.entry_id in [message.id for message in after.messages]

    async def test_a_write_against_an_old_version_is_refused_and_stores_nothing(self, connector: Connector) -> None:
        self.needs(connector, Capability.CONDITIONAL_WRITE)
        for kind in self.actions(connector):
            old = await connector.fetch(self.ticket_id)
            self.someone_writes(self.ticket_id, "Forget it, it arrived.", Role.REQUESTER, Visibility.PUBLIC)

            with pytest.raises(WriteConflict):
                await connector.write(old, self.action(kind), Change(tags_added=["late"]))

            after = await connector.fetch(self.ticket_id)
            assert len(after.messages) == len(old.messages) + 1
            assert "late" not in after.tags

    async def test_find_mark_finds_each_own_entry(self, connector: Connector) -> None:
        for kind in self.actions(connector):
            action = self.action(kind, f"To be found as {kind.__name__}.")
            written = await connector.write(await connector.fetch(self.ticket_id), action)

            found = await connector.find_mark(self.ticket_id, action.mark)

            assert found is not None, kind.__name__
            assert (found.entry_id, found.visibility) == (written.entry_id, written.visibility)

    async def test_find_mark_ignores_what_others_quote(self, connector: Connector) -> None:
        for kind in self.actions(connector):
            action = self.action(kind, f"Words to be quoted, {kind.__name__}.")
            for role, visibility in PAIRS:
                self.someone_writes(self.ticket_id, action.body, role, visibility)
                self.someone_writes(self.ticket_id, f"What is {action.mark.value}?", role, visibility)

            assert await connector.find_mark(self.ticket_id, action.mark) is None, kind.__name__

    async def test_find_mark_looks_at_one_ticket_only(self, connector: Connector) -> None:
        for kind in self.actions(connector):
            action = self.action(kind, f"Said elsewhere, {kind.__name__}.")
            await connector.write(await connector.fetch(self.long_ticket_id), action)

            assert await connector.find_mark(self.ticket_id, action.mark) is None, kind.__name__

    async def test_articles_come_to_the_end_and_say_who_may_read_them(self, connector: Connector) -> None:
        self.needs(connector, Capability.ARTICLES)

        articles = await drain(cast(HasArticles, connector).articles(None))

        assert articles
        assert len({article.id for article in articles}) == len(articles)
        assert all(isinstance(article.public, bool) and article.title for article in articles)


def readable(message: Message) -> str:
    """The words of a message as a person sees them."""
    if message.format is not BodyFormat.HTML:
        return message.body
    return html.unescape(nh3.clean(message.body, tags=set()))


def bare(text: str) -> str:
    """Without white space and invisible characters: a vendor may wrap lines, and a neutralised `{{` has something
    invisible between its braces."""
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char) not in ("Cf", "Cc"))
