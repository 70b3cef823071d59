"""The connector against a real Request Tracker 5: what the recorded answers promise, RT keeps."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import (
    Action,
    Change,
    InternalNote,
    Mark,
    Priority,
    PublicReply,
    Role,
    Status,
    Visibility,
    text_hash,
)
from connectors.errors import AuthFailed, Rejected, WriteConflict
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.live.rt_server import RequestTracker

ODD = "Grüße 👩‍👩‍👧 שלום {{ticket.id}} {$Ticket->id} <b>bold</b> <script>alert(1)</script> & done"


def action(kind: type[Action], text: str) -> Action:
    mark = Mark("cs-" + secrets.token_hex(9), text_hash(text), datetime.now(UTC) - timedelta(minutes=5))
    return kind(f"{text}\n\n{mark.value}" if kind is InternalNote else text, mark)


async def test_a_ticket_by_mail_is_read_with_its_words_its_file_and_its_requester(
    connector: RequestTrackerConnector, ticket_id: str
) -> None:
    ticket = await connector.fetch(ticket_id)

    (message,) = ticket.messages
    assert (ticket.subject, ticket.channel, ticket.queue, ticket.status) == (
        "Parcel late",
        "email",
        "Support",
        Status.NEW,
    )
    assert "Grüße, when does my parcel arrive? 👩‍👩‍👧" in message.body
    assert (message.author.role, message.visibility) == (Role.REQUESTER, Visibility.PUBLIC)
    assert ticket.requester.email == "rita@customer.example"
    assert [(file.name, file.media_type, file.size) for file in message.attachments] == [
        ("receipt.pdf", "application/pdf", 16)
    ]


async def test_a_thread_is_read_to_its_end(rt: RequestTracker, connector: RequestTrackerConnector) -> None:
    messages = (await connector.fetch(rt.long_ticket)).messages

    chapters = [message.body for message in messages if message.body.startswith("Chapter")]
    assert chapters == [f"Chapter {number}" for number in range(1, 121)]


async def test_a_draft_arrives_as_a_comment_and_mails_nobody(
    rt: RequestTracker, connector: RequestTrackerConnector, ticket_id: str
) -> None:
    before, note = await connector.fetch(ticket_id), action(InternalNote, ODD)
    mails = len(rt.mails())

    receipt = await connector.write(before, note)

    after = await connector.fetch(ticket_id)
    entry = after.messages[-1]
    found = await connector.find_mark(ticket_id, note.mark)
    assert (entry.id, entry.visibility, entry.author.role) == (receipt.entry_id, Visibility.INTERNAL, Role.INTEGRATION)
    assert ODD in entry.body
    assert entry.mark == note.mark.value
    assert receipt.version == after.version != before.version
    assert found
    assert found.entry_id == receipt.entry_id
    assert len(rt.mails()) == mails


async def test_a_public_reply_is_mailed_to_the_requester_and_found_by_its_words(
    rt: RequestTracker, connector: RequestTrackerConnector, ticket_id: str
) -> None:
    reply = action(PublicReply, f"It arrives tomorrow, {secrets.token_hex(4)}.")

    receipt = await connector.write(await connector.fetch(ticket_id), reply)

    found = await connector.find_mark(ticket_id, reply.mark)
    assert receipt.visibility is Visibility.PUBLIC
    assert found
    assert found.entry_id == receipt.entry_id
    (mail,) = [mail for mail in rt.mails() if reply.body in mail]
    assert "rita@customer.example" in mail
    assert reply.mark.value not in mail


async def test_a_colleague_who_quotes_a_mark_is_not_taken_for_us(
    rt: RequestTracker, connector: RequestTrackerConnector, ticket_id: str
) -> None:
    note = action(InternalNote, "Never written.")
    with rt.as_user("emma") as emma:
        for verb in ("comment", "correspond"):
            message = {"Content": note.body, "Subject": f"Countersign {note.mark.value}", "ContentType": "text/plain"}
            emma.post(f"/ticket/{ticket_id}/{verb}", json=message).raise_for_status()

    assert await connector.find_mark(ticket_id, note.mark) is None


async def test_a_note_and_every_change_of_routing_are_stored(
    rt: RequestTracker, connector: RequestTrackerConnector, ticket_id: str
) -> None:
    with rt.as_user("emma") as emma:
        emma.put(f"/ticket/{ticket_id}", json={"CustomFields": {"Tags": ["shipping"]}}).raise_for_status()
    change = Change(["escalated", "vip"], Priority.HIGH, "Tier 2", "emma@rt.example", Status.PENDING)

    receipt = await connector.write(
        await connector.fetch(ticket_id), action(InternalNote, "Please have a look."), change
    )

    ticket = await connector.fetch(ticket_id)
    assert set(ticket.tags) == {"shipping", "escalated", "vip"}
    assert (ticket.priority, ticket.queue, ticket.status) == (Priority.HIGH, "Tier 2", Status.PENDING)
    assert ticket.assignee
    assert ticket.assignee.id == "emma"
    assert ticket.messages[-1].id == receipt.entry_id
    assert receipt.version == ticket.version


async def test_a_reply_that_solves_the_ticket_leaves_it_solved(
    connector: RequestTrackerConnector, ticket_id: str
) -> None:
    ticket = await connector.fetch(ticket_id)

    await connector.write(ticket, action(PublicReply, "It is solved."), Change(status=Status.SOLVED))

    assert (await connector.fetch(ticket_id)).status is Status.SOLVED


async def test_a_change_against_an_old_version_is_refused_and_stores_nothing(
    rt: RequestTracker, connector: RequestTrackerConnector, ticket_id: str
) -> None:
    old = await connector.fetch(ticket_id)
    rt.mail_in("rita@customer.example", f"Re: [rt.example #{ticket_id}] Parcel late", "Forget it, it is here.")

    with pytest.raises(WriteConflict):
        await connector.write(old, action(InternalNote, "Too late."), Change(["late"]))

    ticket = await connector.fetch(ticket_id)
    assert len(ticket.messages) == len(old.messages) + 1
    assert "late" not in ticket.tags


async def test_a_change_that_rt_answers_with_200_and_refuses_is_an_error(
    connected: Callable[..., RequestTrackerConnector], ticket_id: str
) -> None:
    connector = connected("notes")
    ticket = await connector.fetch(ticket_id)

    with pytest.raises(AuthFailed, match="did not change CustomFields, Priority"):
        await connector.write(ticket, None, Change(["late"], Priority.HIGH))


async def test_a_queue_that_does_not_exist_is_an_error_and_nothing_is_written(
    connector: RequestTrackerConnector, ticket_id: str
) -> None:
    ticket = await connector.fetch(ticket_id)

    with pytest.raises(Rejected, match="did not change Queue"):
        await connector.write(ticket, action(InternalNote, "Never written."), Change(team="No such queue"))

    assert len((await connector.fetch(ticket_id)).messages) == len(ticket.messages)


async def test_a_reply_without_the_right_to_is_refused(
    rt: RequestTracker, connected: Callable[..., RequestTrackerConnector], ticket_id: str
) -> None:
    connector = connected("notes")
    mails = len(rt.mails())

    with pytest.raises(Rejected, match="400"):
        await connector.write(await connector.fetch(ticket_id), action(PublicReply, "Must not be sent."))

    assert len(rt.mails()) == mails


async def test_modify_ticket_alone_really_lets_a_user_reply(
    rt: RequestTracker, connected: Callable[..., RequestTrackerConnector], ticket_id: str
) -> None:
    connector, reply = connected("modify"), action(PublicReply, f"Sent by ModifyTicket, {secrets.token_hex(4)}.")

    await connector.write(await connector.fetch(ticket_id), reply)

    assert [mail for mail in rt.mails() if reply.body in mail]


async def test_polling_tells_what_happened_and_who_we_are(
    rt: RequestTracker, connector: RequestTrackerConnector, ticket_id: str
) -> None:
    _, cursor = await connector.poll(None)
    rt.mail_in("rita@customer.example", f"Re: [rt.example #{ticket_id}] Parcel late", "Still nothing.")
    await connector.write(await connector.fetch(ticket_id), action(InternalNote, "A draft."), Change(["late"]))

    events, behind = await connector.poll(cursor)
    again, _ = await connector.poll(behind)

    told = [(event.kind, event.author, event.visibility) for event in events if event.ticket_id == ticket_id]
    assert ("message_added", None, Visibility.PUBLIC) in told
    assert ("message_added", Role.INTEGRATION, Visibility.INTERNAL) in told
    assert ("ticket_changed", Role.INTEGRATION, None) in told
    assert [event.event_id for event in events] == [event.event_id for event in again]
    assert cursor == behind


async def test_solved_tickets_and_articles_are_read(connector: RequestTrackerConnector, ticket_id: str) -> None:
    ticket = await connector.fetch(ticket_id)
    await connector.write(ticket, None, Change(status=Status.SOLVED))

    since = datetime.now(UTC) - timedelta(hours=1)
    solved = [ticket async for page in connector.history(since) for ticket in page]
    articles = [article async for page in connector.articles(None) for article in page]

    assert ticket_id in [one.id for one in solved]
    assert {one.status for one in solved} == {Status.SOLVED}
    assert [(article.title, article.body, article.public) for article in articles] == [
        (f"How to return {number}", f"Within 30 days. {number}", True) for number in (1, 2, 3)
    ]
