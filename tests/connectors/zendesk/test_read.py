"""A ticket as Zendesk tells it, in our words."""

import pytest
from respx.models import CallList

from connectors.contract import BodyFormat, Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, NotFound, RateLimited, Rejected, Unavailable
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.zendesk.desk import ANN, LONG_TICKET, ME, RITA, TICKET, ZendeskDesk


async def test_ticket_is_told_in_our_words(connector: ZendeskConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.id, ticket.subject, ticket.status, ticket.priority) == (
        "5158",
        "Parcel late",
        Status.OPEN,
        Priority.NORMAL,
    )
    assert ticket.version == "2026-09-01T10:00:00Z"
    assert (ticket.channel, ticket.queue, ticket.brand) == ("email", "Support", "8447346621310")
    assert ticket.tags == ["shipping", "vip"]
    assert ticket.fields == {"360000000001": "AT-4411", "type": "incident"}
    assert ticket.url == "https://acme.zendesk.com/agent/tickets/5158"


async def test_people_have_their_roles_and_what_is_known_of_them(connector: ZendeskConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.role, rita.name) == (str(RITA), Role.REQUESTER, "Rita Requester")
    assert (rita.email, rita.phone, rita.organisation) == ("rita@customer.example", "+43 1 5550100", "Customer & Co")
    assert ticket.assignee is not None
    assert ticket.assignee.role is Role.AGENT
    assert [(person.name, person.role) for person in ticket.participants] == [("Carl Copied", Role.PARTICIPANT)]
    assert [message.author.role for message in ticket.messages] == [Role.REQUESTER, Role.AGENT, Role.PARTICIPANT]


async def test_messages_keep_their_format_and_who_can_see_them(connector: ZendeskConnector) -> None:
    first, second, _ = (await connector.fetch(TICKET)).messages

    assert (first.visibility, second.visibility) == (Visibility.PUBLIC, Visibility.INTERNAL)
    assert first.format is BodyFormat.HTML
    assert "<p>Where is my parcel?</p>" in first.body


async def test_text_that_no_database_holds_is_made_fit(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.tickets[TICKET]["subject"] = "Late\x00 \ud83d parcel"

    assert (await connector.fetch(TICKET)).subject == "Late ? parcel"


async def test_file_with_malware_loses_its_address(connector: ZendeskConnector) -> None:
    label, invoice = (await connector.fetch(TICKET)).messages[2].attachments

    assert label.url == "https://acme.zendesk.com/attachments/token/abc/?name=label.jpg"
    assert (invoice.name, invoice.url) == ("invoice.exe", None)


async def test_own_mark_is_read_and_a_foreign_one_is_not(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.says(TICKET, ME, "<p>ours</p>", public=False, custom={"countersign_mark": "cs-1"})
    desk.says(TICKET, ANN, "<p>theirs</p>", public=False, custom={"countersign_mark": "cs-1"})

    assert [message.mark for message in (await connector.fetch(TICKET)).messages[-2:]] == ["cs-1", None]


async def test_author_that_zendesk_does_not_describe_is_staff_only_on_an_internal_note(
    connector: ZendeskConnector, desk: ZendeskDesk
) -> None:
    desk.says(TICKET, 4711, "<p>a</p>", public=True)
    desk.says(TICKET, 4711, "<p>b</p>", public=False)
    desk.says(TICKET, -1, "<p>c</p>", public=True)

    roles = [message.author.role for message in (await connector.fetch(TICKET)).messages[-3:]]

    assert roles == [Role.PARTICIPANT, Role.AGENT, Role.SYSTEM]


async def test_who_we_are_is_asked_once(connector: ZendeskConnector, calls: CallList) -> None:
    await connector.fetch(TICKET)
    await connector.fetch(TICKET)

    assert [call.request.url.path for call in calls].count("/api/v2/users/me") == 1


async def test_stranger_is_not_taken_for_the_integration_user(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.missing.add("stranger")

    with pytest.raises(AuthFailed):
        await connector.fetch(TICKET)


async def test_ticket_is_read_before_its_thread(connector: ZendeskConnector, calls: CallList) -> None:
    await connector.fetch(TICKET)

    assert [call.request.url.path for call in calls][-2:] == [
        "/api/v2/tickets/5158",
        "/api/v2/tickets/5158/comments",
    ]


@pytest.mark.parametrize(
    ("status", "expected"), [("hold", Status.HOLD), ("archived", Status.CLOSED), ("odd", Status.OPEN)]
)
async def test_status_becomes_one_of_ours(
    connector: ZendeskConnector, desk: ZendeskDesk, status: str, expected: Status
) -> None:
    desk.tickets[TICKET]["status"] = status

    assert (await connector.fetch(TICKET)).status is expected


async def test_deleted_ticket_is_not_found(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.tickets[TICKET]["status"] = "deleted"

    with pytest.raises(NotFound):
        await connector.fetch(TICKET)


@pytest.mark.parametrize("ticket_id", ["", "../users/me", "5158?x=1", "-1", "abc", "9" * 40])
async def test_id_that_is_no_number_never_becomes_a_path(
    connector: ZendeskConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert not [call for call in calls if "tickets" in call.request.url.path]


async def test_answer_without_a_version_is_not_used(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    del desk.tickets[TICKET]["updated_at"]

    with pytest.raises(Unavailable, match=r"lacks ticket\.updated_at"):
        await connector.fetch(TICKET)


async def test_pages_that_go_in_a_circle_end(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    circle = {"comments": [], "meta": {"has_more": True, "after_cursor": "same"}}
    desk.scripted["GET /api/v2/tickets/5158/comments"] = 200, circle

    with pytest.raises(Unavailable, match="again and again"):
        await connector.fetch(TICKET)


async def test_limit_is_honoured_before_it_is_hit(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.headers = {"x-rate-limit": "200", "x-rate-limit-remaining": "9", "ratelimit-reset": "42"}

    with pytest.raises(RateLimited) as caught:
        await connector.fetch(LONG_TICKET)

    assert 41 < (caught.value.retry_after or 0) <= 42
