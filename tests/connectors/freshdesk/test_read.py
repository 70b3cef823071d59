"""A ticket as Freshdesk tells it, in our words."""

import dataclasses

import pytest
from respx.models import CallList

from connectors.contract import Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, NotFound, RateLimited, Rejected, Unavailable
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.desk import ACCOUNT, ANN, LONG_TICKET, ME, RITA, TICKET, FreshdeskDesk

PATH = "/api/v2/tickets/452"


async def test_ticket_is_told_in_our_words(connector: FreshdeskConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.id, ticket.subject, ticket.status, ticket.priority) == (
        "452",
        "Parcel late",
        Status.OPEN,
        Priority.NORMAL,
    )
    assert (ticket.channel, ticket.queue, ticket.brand) == ("email", "Support", "43000002")
    assert ticket.tags == ["shipping", "VIP"]
    assert ticket.fields == {"cf_order": "AT-4411", "type": "Question", "status": 2}
    assert ticket.url == "https://acme.freshdesk.com/a/tickets/452"


async def test_people_have_their_roles_and_what_is_known_of_them(connector: FreshdeskConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.name, rita.email) == (str(RITA), "Rita Requester", "rita@customer.example")
    assert (rita.phone, rita.organisation) == ("+43 1 5550100", "Customer & Co")
    assert [(one.email, one.name) for one in ticket.participants] == [("carl@customer.example", "Carl Copied")]
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.role) == (str(ANN), Role.AGENT)


async def test_description_is_the_first_message_and_brings_its_files(connector: FreshdeskConnector) -> None:
    entries = (await connector.fetch(TICKET)).messages

    assert [(entry.id, entry.author.role, entry.visibility) for entry in entries] == [
        ("description:452", Role.REQUESTER, Visibility.PUBLIC),
        ("43010001", Role.AGENT, Visibility.INTERNAL),
        ("43010002", Role.PARTICIPANT, Visibility.PUBLIC),
        ("43010003", Role.REQUESTER, Visibility.PUBLIC),
    ]
    assert [(file.name, file.size) for file in entries[0].attachments] == [("label.jpg", 48_213)]


async def test_ticket_that_an_agent_began_with_a_mail_asks_nothing(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    desk.tickets[TICKET]["source"] = 10

    assert (await connector.fetch(TICKET)).messages[0].author.role is Role.AGENT


async def test_what_was_forwarded_to_others_did_not_reach_the_requester(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    desk.says(TICKET, ANN, "Please look into this.", private=False, source=8)

    assert (await connector.fetch(TICKET)).messages[-1].visibility is Visibility.INTERNAL


async def test_entry_without_an_author_is_the_systems(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    desk.says(TICKET, None, "A rule wrote this.", private=True)

    assert (await connector.fetch(TICKET)).messages[-1].author.role is Role.SYSTEM


async def test_agent_who_asks_as_a_requester_still_notes_as_an_agent(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    desk.tickets[TICKET]["requester_id"] = ANN
    desk.says(TICKET, ANN, "Mine is late too.", private=False, incoming=True)

    roles = [entry.author.role for entry in (await connector.fetch(TICKET)).messages]

    assert (roles[1], roles[-1]) == (Role.AGENT, Role.REQUESTER)


async def test_entry_that_does_not_say_who_sees_it_counts_as_internal(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    del desk.says(TICKET, ANN, "Who sees this?", private=False)["private"]

    assert (await connector.fetch(TICKET)).messages[-1].visibility is Visibility.INTERNAL


@pytest.mark.parametrize("state", ["deleted", "spam"])
async def test_ticket_that_was_thrown_away_is_not_found(
    connector: FreshdeskConnector, desk: FreshdeskDesk, state: str
) -> None:
    desk.tickets[TICKET][state] = True

    with pytest.raises(NotFound):
        await connector.fetch(TICKET)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (3, Status.PENDING),
        (4, Status.SOLVED),
        (5, Status.CLOSED),
        (7, Status.HOLD),
        (8, Status.OPEN),
        ("2", Status.OPEN),
    ],
)
@pytest.mark.usefixtures("calls")
async def test_status_becomes_one_of_ours_also_where_the_account_made_it(
    desk: FreshdeskDesk, number: object, expected: Status
) -> None:
    connector = FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, options={"statuses": {"hold": 7}}))
    desk.tickets[TICKET]["status"] = number

    assert (await connector.fetch(TICKET)).status is expected
    await connector.close()


async def test_group_that_may_not_be_read_is_told_by_its_number(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    desk.missing.add("names")

    assert (await connector.fetch(TICKET)).queue == "43000031"


class TestVersion:
    @pytest.mark.parametrize(
        "changed", [{"status": 4}, {"priority": 4}, {"tags": []}, {"responder_id": None}, {"custom_fields": {}}]
    )
    async def test_change_of_substance_makes_another_version(
        self, connector: FreshdeskConnector, desk: FreshdeskDesk, changed: dict[str, object]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.tickets[TICKET] |= changed

        assert (await connector.fetch(TICKET)).version != before.version

    @pytest.mark.parametrize("changed", [{"updated_at": "2026-09-02T10:00:00Z"}, {"is_escalated": True}])
    async def test_clock_alone_does_not(
        self, connector: FreshdeskConnector, desk: FreshdeskDesk, changed: dict[str, object]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.tickets[TICKET] |= changed

        assert (await connector.fetch(TICKET)).version == before.version


class TestPages:
    async def test_freshdesk_that_gives_less_than_asked_for_is_read_to_the_end(
        self, connector: FreshdeskConnector, desk: FreshdeskDesk
    ) -> None:
        desk.most_a_page = 30
        for chapter in range(75):
            desk.says(LONG_TICKET, RITA, f"Chapter {chapter}", private=False)

        assert len((await connector.fetch(LONG_TICKET)).messages) == 76

    async def test_pages_that_go_in_a_circle_end(self, connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
        desk.scripted[f"GET {PATH}/conversations"] = 200, [{**desk.threads[TICKET][0], "id": 7}] * 100

        with pytest.raises(Unavailable, match="again and again"):
            await connector.fetch(TICKET)

    async def test_thread_that_we_may_not_read_is_no_empty_one(
        self, connector: FreshdeskConnector, desk: FreshdeskDesk
    ) -> None:
        desk.missing.add("threads")

        with pytest.raises(AuthFailed):
            await connector.fetch(TICKET)

    async def test_who_we_are_and_the_groups_are_asked_for_once(
        self, connector: FreshdeskConnector, calls: CallList
    ) -> None:
        await connector.fetch(TICKET)
        await connector.fetch(TICKET)

        paths = [call.request.url.path for call in calls]
        assert (paths.count("/api/v2/agents/me"), paths.count("/api/v2/groups")) == (1, 1)


@pytest.mark.parametrize("ticket_id", ["", "../agents/me", "452?x=1", "-1", "abc", "9" * 40])
async def test_id_that_is_no_number_never_becomes_a_path(
    connector: FreshdeskConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert not [call for call in calls if "tickets" in call.request.url.path]


async def test_own_entries_are_known(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    desk.says(TICKET, ME, "Ours.", private=True)

    assert (await connector.fetch(TICKET)).messages[-1].author.role is Role.INTEGRATION


async def test_limit_is_honoured_before_it_is_hit(
    connector: FreshdeskConnector, desk: FreshdeskDesk, calls: CallList
) -> None:
    desk.headers = {"X-RateLimit-Total": "200", "X-RateLimit-Remaining": "10"}

    with pytest.raises(RateLimited, match="the limit is used up"):
        await connector.fetch(TICKET)

    assert len(calls) == 1
