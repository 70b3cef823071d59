"""A ticket as Zammad tells it, in our words."""

import dataclasses

import pytest
from respx.models import CallList

from connectors.contract import BodyFormat, Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, NotFound, Rejected, Unavailable
from connectors.zammad.connector import ZammadConnector
from tests.connectors.zammad.desk import ACCOUNT, ANN, ME, RITA, TICKET, ZammadDesk


async def test_ticket_is_told_in_our_words(connector: ZammadConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.id, ticket.subject, ticket.status, ticket.priority) == (
        "81",
        "Parcel late",
        Status.OPEN,
        Priority.NORMAL,
    )
    assert (ticket.channel, ticket.queue, ticket.tags) == ("email", "Service Desk", ["shipping", "vip"])
    assert ticket.fields == {
        "number": "10081",
        "organization": "Customer & Co",
        "in_reply_to": "<106@customer.example>",
    }
    assert ticket.url == "https://desk.acme.example/#ticket/zoom/81"


async def test_people_have_their_roles_and_what_is_known_of_them(connector: ZammadConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.role, rita.name) == (str(RITA), Role.REQUESTER, "Rita Requester")
    assert (rita.email, rita.phone, rita.organisation) == ("rita@customer.example", "+43 1 5550100", "Customer & Co")
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.email) == (str(ANN), "ann@acme.example")
    assert [(entry.author.role, entry.author.name) for entry in ticket.messages] == [
        (Role.REQUESTER, "Rita Requester"),
        (Role.AGENT, "Ann Agent"),
        (Role.REQUESTER, "Rita Requester"),
    ]


async def test_ticket_of_nobody_has_no_assignee(connector: ZammadConnector, desk: ZammadDesk) -> None:
    desk.tickets[TICKET] |= {"owner_id": 1, "owner": "-"}

    assert (await connector.fetch(TICKET)).assignee is None


async def test_files_have_type_size_and_address(connector: ZammadConnector) -> None:
    label, note = (await connector.fetch(TICKET)).messages[-1].attachments

    assert label.url == "https://desk.acme.example/api/v1/ticket_attachment/81/106/174"
    assert (note.name, note.media_type, note.size) == ("note.txt", "text/plain", 12)


async def test_what_a_customer_said_on_the_phone_is_the_customers(connector: ZammadConnector, desk: ZammadDesk) -> None:
    told = {"sender": "Customer", "origin_by_id": RITA, "type": "phone", "content_type": "text/plain"}
    desk.says(TICKET, ANN, "It did not come.", **told)

    ticket = await connector.fetch(TICKET)

    assert (ticket.messages[-1].author.role, ticket.messages[-1].format) == (Role.REQUESTER, BodyFormat.TEXT)
    assert ticket.channel == "phone"


async def test_own_mark_is_read_and_a_foreign_one_is_not(connector: ZammadConnector, desk: ZammadDesk) -> None:
    desk.says(TICKET, ME, "ours", internal=True, preferences={"countersign_mark": "cs-1"})
    desk.says(TICKET, ANN, "theirs", internal=True, preferences={"countersign_mark": "cs-1"})

    assert [entry.mark for entry in (await connector.fetch(TICKET)).messages[-2:]] == ["cs-1", None]


async def test_article_that_does_not_say_who_sees_it_counts_as_internal(
    connector: ZammadConnector, desk: ZammadDesk
) -> None:
    del desk.says(TICKET, ANN, "Who sees this?")["internal"]

    assert (await connector.fetch(TICKET)).messages[-1].visibility is Visibility.INTERNAL


class TestDrafts:
    async def test_colleagues_draft_is_the_colleagues(self, connector: ZammadConnector, desk: ZammadDesk) -> None:
        desk.colleague_types(TICKET)

        draft = next(one for one in (await connector.fetch(TICKET)).messages if one.visibility is Visibility.DRAFT)

        assert (draft.id, draft.author.role, draft.author.id) == ("draft:8", Role.AGENT, str(ANN))

    async def test_draft_that_a_colleague_types_makes_no_other_version(
        self, connector: ZammadConnector, desk: ZammadDesk
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.colleague_types(TICKET)
        desk.tickets[TICKET]["updated_at"] = "2026-09-01T10:30:00.000Z"

        assert (await connector.fetch(TICKET)).version == before.version

    async def test_drafts_are_not_asked_for_where_they_are_not_used(self, calls: CallList) -> None:
        connector = ZammadConnector.connect(dataclasses.replace(ACCOUNT, options={}))

        await connector.fetch(TICKET)
        await connector.close()

        assert not [call for call in calls if call.request.url.path.endswith("/shared_draft")]

    @pytest.mark.parametrize("answer", [{}, [], None, {"shared_draft_id": True}])
    async def test_answer_that_is_no_draft_is_not_taken_for_none(
        self, connector: ZammadConnector, desk: ZammadDesk, answer: object
    ) -> None:
        desk.scripted["GET /tickets/81/shared_draft"] = 200, answer

        with pytest.raises(Unavailable, match="shared_draft_id"):
            await connector.fetch(TICKET)


@pytest.mark.parametrize(
    "changed", [{"state_id": 4}, {"priority_id": 3}, {"group_id": 4}, {"owner_id": 1}, {"title": "Parcel lost"}]
)
async def test_change_of_substance_makes_another_version(
    connector: ZammadConnector, desk: ZammadDesk, changed: dict[str, object]
) -> None:
    before = await connector.fetch(TICKET)
    desk.tickets[TICKET] |= changed

    assert (await connector.fetch(TICKET)).version != before.version


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("new", Status.NEW),
        ("pending reminder", Status.PENDING),
        ("pending close", Status.PENDING),
        ("closed", Status.SOLVED),
        ("merged", Status.CLOSED),
        ("waiting for the carrier", Status.HOLD),
        ("odd", Status.OPEN),
    ],
)
async def test_state_becomes_one_of_ours(calls: CallList, desk: ZammadDesk, state: str, expected: Status) -> None:
    account = dataclasses.replace(ACCOUNT, options={"states": {"hold": "waiting for the carrier"}})
    connector = ZammadConnector.connect(account)
    desk.tickets[TICKET]["state"] = state

    assert (await connector.fetch(TICKET)).status is expected
    await connector.close()


@pytest.mark.parametrize(
    ("name", "expected"), [("1 low", Priority.LOW), ("3 high", Priority.HIGH), ("9 odd", Priority.NORMAL)]
)
async def test_priority_becomes_one_of_ours(calls: CallList, desk: ZammadDesk, name: str, expected: Priority) -> None:
    connector = ZammadConnector.connect(dataclasses.replace(ACCOUNT, options={}))
    desk.tickets[TICKET]["priority"] = name

    assert (await connector.fetch(TICKET)).priority is expected
    await connector.close()


async def test_removed_ticket_is_not_found(connector: ZammadConnector, desk: ZammadDesk) -> None:
    desk.tickets[TICKET]["state"] = "removed"

    with pytest.raises(NotFound):
        await connector.fetch(TICKET)


@pytest.mark.parametrize("ticket_id", ["", "../users/me", "81?x=1", "-1", "abc", "9" * 40])
async def test_id_that_is_no_number_never_becomes_a_path(
    connector: ZammadConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert not [call for call in calls if "tickets" in call.request.url.path]


@pytest.mark.parametrize("right", ["articles", "tags", "drafts"])
async def test_part_that_we_may_not_read_is_no_empty_one(
    connector: ZammadConnector, desk: ZammadDesk, right: str
) -> None:
    desk.missing.add(right)

    with pytest.raises(AuthFailed):
        await connector.fetch(TICKET)


async def test_who_we_are_is_asked_once(connector: ZammadConnector, calls: CallList) -> None:
    await connector.fetch(TICKET)
    await connector.fetch(TICKET)

    assert [call.request.url.path for call in calls].count("/api/v1/users/me") == 1
