"""What RT tells becomes a ticket in our words, with nothing lost and nothing read that was not asked for."""

import json

import pytest
from respx.models import CallList

from connectors.contract import BodyFormat, Priority, Role, Status, Visibility
from connectors.errors import NotFound, Rejected, Unavailable
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.desk import EMMA, LONG_TICKET, RITA, TICKET, RequestTrackerDesk, reference
from tests.connectors.request_tracker.test_settings import account


async def test_a_recorded_ticket_is_read_whole(connector: RequestTrackerConnector) -> None:
    ticket = await connector.fetch(TICKET)

    told = [(message.author.id, message.author.role, message.visibility, message.body) for message in ticket.messages]
    assert told == [
        (RITA, Role.REQUESTER, Visibility.PUBLIC, "Where is my parcel?\nRita\n"),
        (RITA, Role.REQUESTER, Visibility.PUBLIC, "It is still not here.\n"),
        ("countersign", Role.INTEGRATION, Visibility.INTERNAL, "A draft"),
        (EMMA, Role.AGENT, Visibility.INTERNAL, "Asked the carrier"),
        (EMMA, Role.AGENT, Visibility.PUBLIC, "<p>It left on <b>Monday</b>.</p>"),
        ("countersign", Role.INTEGRATION, Visibility.PUBLIC, "It arrives today."),
    ]
    assert (ticket.channel, ticket.queue, ticket.tags) == ("email", "Support", ["shipping"])
    assert (ticket.status, ticket.priority) == (Status.PENDING, Priority.HIGH)
    assert ticket.messages[4].format is BodyFormat.HTML
    assert ticket.messages[2].mark == "cs-aaaaaaaaaaaaaaaaa"
    assert ticket.assignee
    assert (ticket.assignee.name, ticket.requester.email) == ("Emma Agent", RITA)


async def test_the_address_of_a_file_leads_to_rt(connector: RequestTrackerConnector) -> None:
    (file,) = (await connector.fetch(TICKET)).messages[0].attachments

    assert file.url == "https://rt.example.com/Ticket/Attachment/50/3/receipt.pdf"


async def test_contents_are_asked_for_by_the_ids_of_the_texts_alone(
    connector: RequestTrackerConnector, calls: CallList
) -> None:
    await connector.fetch(TICKET)

    (asked,) = [
        call.request.url.params["query"] for call in calls if call.request.url.params.get("fields") == "Content"
    ]
    fields = {(one["field"], one.get("operator")) for one in json.loads(asked)}
    assert fields == {("id", None)}


async def test_a_deleted_ticket_is_not_there(connector: RequestTrackerConnector, desk: RequestTrackerDesk) -> None:
    desk.tickets[TICKET]["Status"] = "deleted"

    with pytest.raises(NotFound):
        await connector.fetch(TICKET)


async def test_an_id_of_another_help_desk_is_refused_before_any_call(
    connector: RequestTrackerConnector, calls: CallList
) -> None:
    for odd in ("../user/1", "1/history", "", "1e3", "-1"):
        with pytest.raises(Rejected):
            await connector.fetch(odd)

    assert len(calls) == 0


async def test_mail_in_several_pieces_is_read_as_one(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    row = desk.says(TICKET, RITA, "Before the picture.", "Correspond")
    for kind, words, name in (
        ("image/png", "", ""),
        ("text/plain", "After the picture.", ""),
        ("text/html", "<p>The same in HTML</p>", ""),
        ("text/plain", "a log", "log.txt"),
    ):
        desk.says(TICKET, RITA, words, "Correspond", media_type=kind)
        desk.transactions.pop()
        desk.parts[-1] |= {"TransactionId": row["id"], "Filename": name}

    message = next(one for one in (await connector.fetch(TICKET)).messages if one.id == row["id"])

    assert message.body == "Before the picture.\nAfter the picture."
    assert [(file.name, file.media_type) for file in message.attachments] == [
        ("unnamed", "image/png"),
        ("log.txt", "text/plain"),
    ]


async def test_a_text_without_measure_is_told_as_a_file(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk, calls: CallList
) -> None:
    desk.says(TICKET, RITA, "x" * (1024 * 1024 + 1), "Correspond")

    last = (await connector.fetch(TICKET)).messages[-1]

    assert last.body == ""
    assert [file.size for file in last.attachments] == [1024 * 1024 + 1]


async def test_a_member_of_staff_who_asks_is_the_requester_but_in_comments(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    desk.tickets[TICKET]["Requestor"] = [reference("user", EMMA), reference("group", "Team")]

    ticket = await connector.fetch(TICKET)

    roles = {message.visibility: message.author.role for message in ticket.messages if message.author.id == EMMA}
    assert roles == {Visibility.PUBLIC: Role.REQUESTER, Visibility.INTERNAL: Role.AGENT}
    assert ticket.requester.id == EMMA


async def test_rt_itself_is_nobody(connector: RequestTrackerConnector, desk: RequestTrackerDesk) -> None:
    desk.says(TICKET, "RT_System", "Closed after a week.", "Correspond")
    desk.tickets[TICKET]["Owner"] = reference("user", "Nobody")

    ticket = await connector.fetch(TICKET)

    assert ticket.messages[-1].author.role is Role.SYSTEM
    assert ticket.assignee is None


@pytest.mark.parametrize(
    ("told", "priority"),
    [
        ("0", Priority.LOW),
        ("49", Priority.LOW),
        ("50", Priority.NORMAL),
        ("100", Priority.HIGH),
        ("900", Priority.HIGH),
    ],
)
async def test_a_priority_is_the_word_whose_number_it_reaches(
    desk: RequestTrackerDesk, calls: CallList, told: str, priority: Priority
) -> None:
    desk.tickets[TICKET]["Priority"] = told
    connector = RequestTrackerConnector.connect(account(priorities=None))

    assert (await connector.fetch(TICKET)).priority is priority

    await connector.close()


@pytest.mark.parametrize(
    ("told", "status"),
    [("stalled", Status.PENDING), ("RESOLVED", Status.SOLVED), ("rejected", Status.CLOSED), ("triage", Status.OPEN)],
)
async def test_a_status_that_nobody_mapped_counts_as_open(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk, told: str, status: Status
) -> None:
    desk.tickets[TICKET]["Status"] = told

    assert (await connector.fetch(TICKET)).status is status


@pytest.mark.parametrize("field", ["id", "Type", "TransactionId"])
async def test_rows_that_were_not_asked_for_are_not_taken_for_the_thread(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk, field: str
) -> None:
    """As when a newer RT does not know a field of the question: it ignores the condition and says nothing."""
    desk.happens(TICKET, EMMA, "Set")
    for chapter in range(120):
        desk.says(LONG_TICKET, RITA, f"Chapter {chapter}", "Correspond")
    desk.ignores.add(field)

    with pytest.raises(Unavailable):
        await connector.fetch(TICKET)


async def test_people_are_asked_for_once(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk, calls: CallList
) -> None:
    for _ in range(3):
        desk.says(LONG_TICKET, RITA, "Hello?", "Correspond")
    await connector.fetch(LONG_TICKET)
    await connector.fetch(LONG_TICKET)

    assert len([call for call in calls if call.request.url.path.endswith(RITA)]) == 1
