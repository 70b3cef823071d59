"""A record as ServiceNow tells it, in our words."""

import pytest
from respx.models import CallList

from connectors.contract import Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, NotFound, Rejected, Unavailable
from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.servicenow.desk import ANN, CARL, LONG_TICKET, ME, RITA, TICKET, ServiceNowDesk


async def test_a_record_is_told_in_our_words(connector: ServiceNowConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.subject, ticket.status, ticket.priority) == ("Laptop does not start", Status.OPEN, Priority.NORMAL)
    assert (ticket.channel, ticket.queue) == ("email", "Service Desk")
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.name, ticket.assignee.role) == (ANN, "Ann Agent", Role.AGENT)
    assert (ticket.tags, ticket.fields) == (["hardware", "vip"], {"number": "INC0010042"})
    assert ticket.url == f"https://acme.service-now.com/nav_to.do?uri=incident.do?sys_id={TICKET}"
    assert ticket.created_at.isoformat() == "2026-09-01T09:58:00+00:00"


async def test_people_have_their_roles_and_what_is_known_of_them(connector: ServiceNowConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.name, rita.email) == (RITA, "Rita Requester", "rita@acme.example")
    assert (rita.phone, rita.organisation) == ("+43 1 5550100", "Acme Sales")
    assert ticket.messages[2].author == rita
    assert [(one.author.role, one.visibility) for one in ticket.messages] == [
        (Role.REQUESTER, Visibility.PUBLIC),
        (Role.AGENT, Visibility.PUBLIC),
        (Role.REQUESTER, Visibility.PUBLIC),
        (Role.AGENT, Visibility.INTERNAL),
    ]


@pytest.mark.parametrize(
    ("user", "element", "role"),
    [
        (CARL, "comments", Role.PARTICIPANT),
        (CARL, "work_notes", Role.AGENT),
        (RITA, "work_notes", Role.AGENT),
        (RITA.upper(), "comments", Role.REQUESTER),
        ("system", "comments", Role.SYSTEM),
        (ME, "comments", Role.INTEGRATION),
        ("nobody^NQactive=true", "comments", Role.PARTICIPANT),
    ],
)
async def test_who_is_in_no_group_is_staff_only_for_what_requesters_cannot_write(
    connector: ServiceNowConnector, desk: ServiceNowDesk, user: str, element: str, role: Role
) -> None:
    desk.says(TICKET, user, "A word.", element)

    assert (await connector.fetch(TICKET)).messages[-1].author.role is role


async def test_the_assignee_is_staff_though_groups_are_hidden(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.missing.add("read sys_user_grmember")

    assert (await connector.fetch(TICKET)).messages[1].author.role is Role.AGENT


async def test_what_an_agent_noted_on_the_phone_is_the_agents(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.sets(TICKET, **{"contact_type": "phone", "opened_by.user_name": ANN})

    first = (await connector.fetch(TICKET)).messages[0]

    assert (first.author.role, first.author.name) == (Role.AGENT, "Ann Agent")


async def test_people_are_asked_for_once(connector: ServiceNowConnector, calls: CallList) -> None:
    await connector.fetch(TICKET)
    await connector.fetch(LONG_TICKET)

    assert [call.request.url.path for call in calls].count("/api/now/table/sys_user") == 1


async def test_a_short_page_is_not_the_last_one(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    """Hidden rows are taken off a page without filling it up."""
    for number in range(230):
        desk.says(TICKET, RITA, f"{number}")
    desk.hides = lambda row: bool(row["value"] == "7")

    with pytest.raises(AuthFailed, match=r"only 232 of 233 entries"):
        await connector.fetch(TICKET)


async def test_without_a_total_the_pages_end_with_an_empty_one(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.tells_totals = False
    for number in range(397):
        desk.says(TICKET, RITA, f"{number}")

    assert len((await connector.fetch(TICKET)).messages) == 401


async def test_a_hidden_journal_is_not_an_empty_one(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    desk.tells_totals = False
    desk.missing.add("see sys_journal_field")

    with pytest.raises(AuthFailed, match="hides it"):
        await connector.fetch(TICKET)


async def test_a_record_without_entries_has_none(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    desk.tables["sys_journal_field"].clear()

    assert len((await connector.fetch(TICKET)).messages) == 1


@pytest.mark.parametrize("column", ["element_id", "element"])
async def test_rows_that_were_not_asked_for_are_not_taken_for_the_thread(
    connector: ServiceNowConnector, desk: ServiceNowDesk, column: str
) -> None:
    desk.says(LONG_TICKET, RITA, "Of another record.")
    desk.says(TICKET, RITA, "Of another column.", "close_notes")
    desk.ignores.add(column)

    with pytest.raises(Unavailable, match="other rows than were asked for"):
        await connector.fetch(TICKET)


@pytest.mark.parametrize(("state", "status"), [("3", Status.PENDING), ("6", Status.SOLVED), ("-5", Status.OPEN)])
async def test_a_state_that_nobody_mapped_is_open(
    connector: ServiceNowConnector, desk: ServiceNowDesk, state: str, status: Status
) -> None:
    desk.sets(TICKET, state=state)

    assert (await connector.fetch(TICKET)).status is status


async def test_an_entry_changes_the_version_though_its_record_does_not_count_it(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    before = (await connector.fetch(TICKET)).version
    count = desk.records[TICKET]["sys_mod_count"]["value"]
    desk.says(TICKET, RITA, "One more thing.")
    desk.sets(TICKET, sys_mod_count=count)

    assert (await connector.fetch(TICKET)).version != before


@pytest.mark.parametrize("ticket_id", ["INC0010042", "", "5158", "0" * 31, f"{'0' * 32}^ORsys_id!=1"])
async def test_an_id_of_another_help_desk_is_refused_before_any_call(
    connector: ServiceNowConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert len(calls) == 0


async def test_a_record_that_is_hidden_does_not_exist(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    desk.missing.add("see incident")

    with pytest.raises(NotFound):
        await connector.fetch(TICKET)
