"""A request as Jira tells it, in our words."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import BodyFormat, Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, NotFound, Rejected, Unavailable
from connectors.jira_service_management.connector import JiraServiceManagementConnector
from tests.connectors.jira_service_management.desk import (
    ACCOUNT,
    ANN,
    BOT,
    CARL,
    LONG_TICKET,
    ME,
    RITA,
    TICKET,
    JiraDesk,
    recorded,
    user,
)

Connector = JiraServiceManagementConnector
COMMENTS = f"/rest/api/3/issue/{TICKET}/comment"


async def test_ticket_is_told_in_our_words(connector: Connector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.id, ticket.subject, ticket.status, ticket.priority) == (
        TICKET,
        "Parcel late",
        Status.OPEN,
        Priority.NORMAL,
    )
    assert (ticket.queue, ticket.tags) == ("Get help", ["shipping", "vip"])
    assert ticket.fields == {"key": "SD-81", "request_type": "Get help", "service_desk": "10"}
    assert ticket.url == "https://acme.atlassian.net/browse/SD-81"


async def test_people_have_their_roles_and_what_is_known_of_them(connector: Connector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.role, rita.name, rita.email) == (
        RITA,
        Role.REQUESTER,
        "Rita Requester",
        "rita@customer.example",
    )
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.role) == (ANN, Role.AGENT)
    assert [(one.id, one.role) for one in ticket.participants] == [(CARL, Role.PARTICIPANT)]


async def test_what_was_asked_at_first_is_the_first_entry(connector: Connector) -> None:
    entries = (await connector.fetch(TICKET)).messages

    assert [(one.id, one.author.role, one.visibility, one.body) for one in entries] == [
        ("request:10081", Role.REQUESTER, Visibility.PUBLIC, "Where is my parcel?"),
        ("20101", Role.AGENT, Visibility.INTERNAL, "The carrier says Monday."),
        ("20102", Role.AGENT, Visibility.PUBLIC, "We look into it."),
        ("20103", Role.REQUESTER, Visibility.PUBLIC, "Here is a photo of the label."),
    ]
    assert {one.format for one in entries} == {BodyFormat.TEXT}


async def test_files_are_with_the_words_that_they_came_with(connector: Connector) -> None:
    entries = (await connector.fetch(TICKET)).messages

    assert [[file.name for file in one.attachments] for one in entries] == [
        ["invoice.pdf"],
        [],
        [],
        ["label of parcel.jpg"],
    ]


class TestRoles:
    @pytest.mark.parametrize(
        ("author", "role"),
        [(CARL, Role.PARTICIPANT), (BOT, Role.SYSTEM), (ME, Role.INTEGRATION), (ANN, Role.AGENT)],
    )
    async def test_public_word_has_the_role_of_who_said_it(
        self, connector: Connector, desk: JiraDesk, author: str, role: Role
    ) -> None:
        desk.says(TICKET, author, "Hello", public=True)

        assert (await connector.fetch(TICKET)).messages[-1].author.role is role

    async def test_member_of_the_site_who_asked_is_the_requester(self, connector: Connector, desk: JiraDesk) -> None:
        request = {**recorded("request"), "reporter": user(ANN)}
        desk.scripted[f"GET /rest/servicedeskapi/request/{TICKET}"] = 200, request

        ticket = await connector.fetch(TICKET)

        assert ticket.requester.id == ANN
        assert ticket.messages[2].author.role is Role.REQUESTER

    async def test_stranger_without_a_kind_is_no_agent(self, connector: Connector, desk: JiraDesk) -> None:
        desk.says(TICKET, ANN, "Hello", public=True)["author"] = {"accountId": "x1", "displayName": "Somebody"}

        assert (await connector.fetch(TICKET)).messages[-1].author.role is Role.SYSTEM


class TestVisibility:
    async def test_comment_that_does_not_say_who_sees_it_counts_as_internal(
        self, connector: Connector, desk: JiraDesk
    ) -> None:
        del desk.says(TICKET, ANN, "Who sees this?", public=True)["jsdPublic"]

        assert (await connector.fetch(TICKET)).messages[-1].visibility is Visibility.INTERNAL

    async def test_comment_that_is_kept_for_a_group_is_internal(self, connector: Connector, desk: JiraDesk) -> None:
        desk.says(TICKET, ANN, "For us", public=True, visibility={"type": "group", "value": "staff"})

        assert (await connector.fetch(TICKET)).messages[-1].visibility is Visibility.INTERNAL


class TestNoTicket:
    async def test_issue_that_is_no_request_is_no_ticket(self, connector: Connector, desk: JiraDesk) -> None:
        desk.missing.add("request")

        with pytest.raises(NotFound):
            await connector.fetch(TICKET)

    async def test_request_of_another_issue_is_not_taken_for_it(self, connector: Connector, desk: JiraDesk) -> None:
        desk.scripted[f"GET /rest/servicedeskapi/request/{TICKET}"] = 200, {**recorded("request"), "issueId": "7"}

        with pytest.raises(NotFound, match="no request"):
            await connector.fetch(TICKET)

    @pytest.mark.usefixtures("calls")
    async def test_project_that_is_not_served_holds_no_ticket(self) -> None:
        connector = Connector.connect(
            dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, "project_keys": ["HELP"]})
        )

        with pytest.raises(NotFound, match="project_keys"):
            await connector.fetch(TICKET)
        await connector.close()

    @pytest.mark.parametrize("ticket_id", ["", "SD-81", "../myself", "10081?x=1", "-1", "9" * 40])
    async def test_id_that_is_no_number_never_becomes_a_path(
        self, connector: Connector, calls: CallList, ticket_id: str
    ) -> None:
        with pytest.raises(Rejected):
            await connector.fetch(ticket_id)

        assert not [call for call in calls if "issue" in call.request.url.path]


class TestVersion:
    @pytest.mark.parametrize(
        "changed",
        [
            {"status": {"id": "10102", "name": "Resolved"}},
            {"priority": {"id": "1", "name": "Highest"}},
            {"labels": []},
            {"assignee": None},
            {"customfield_10050": {"value": "Billing"}},
        ],
    )
    async def test_change_of_substance_makes_another_version(
        self, connector: Connector, desk: JiraDesk, changed: dict[str, object]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.issues[TICKET]["fields"] |= changed

        assert (await connector.fetch(TICKET)).version != before.version

    async def test_edited_comment_makes_another_version_and_a_vote_does_not(
        self, connector: Connector, desk: JiraDesk
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.issues[TICKET]["fields"]["updated"] = "2026-09-02T09:00:00.000+0000"
        voted = await connector.fetch(TICKET)
        desk.comments[TICKET][2]["body"]["content"][0]["content"][0]["text"] = "Never mind."

        assert voted.version == before.version
        assert (await connector.fetch(TICKET)).version != before.version


@pytest.mark.parametrize(
    ("name", "category", "expected"),
    [
        ("waiting for CUSTOMER", "indeterminate", Status.PENDING),
        ("Pending", "indeterminate", Status.HOLD),
        ("Closed", "done", Status.CLOSED),
        ("Canceled", "done", Status.SOLVED),
        ("Open", "new", Status.NEW),
        ("In Progress", "indeterminate", Status.OPEN),
        ("Odd", "undefined", Status.OPEN),
    ],
)
async def test_status_becomes_one_of_ours(
    connector: Connector, desk: JiraDesk, name: str, category: str, expected: Status
) -> None:
    desk.issues[TICKET]["fields"]["status"] = {"id": "1", "name": name, "statusCategory": {"key": category}}

    assert (await connector.fetch(TICKET)).status is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Highest", Priority.URGENT), ("Lowest", Priority.LOW), ("Medium", Priority.NORMAL), (None, Priority.NORMAL)],
)
async def test_priority_becomes_one_of_ours(
    connector: Connector, desk: JiraDesk, name: str | None, expected: Priority
) -> None:
    desk.issues[TICKET]["fields"]["priority"] = {"name": name} if name else None

    assert (await connector.fetch(TICKET)).priority is expected


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("field", "value"), [("customfield_10050", {"value": "Billing"}), ("components", [{"id": "1", "name": "Billing"}])]
)
async def test_field_that_stands_for_a_team_is_the_queue(desk: JiraDesk, field: str, value: Any) -> None:
    desk.issues[TICKET]["fields"][field] = value
    connector = Connector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, "team_field": field}))

    assert (await connector.fetch(TICKET)).queue == "Billing"
    await connector.close()


class TestPages:
    async def test_page_that_is_empty_too_early_is_no_end(self, connector: Connector, desk: JiraDesk) -> None:
        desk.scripted[f"GET {COMMENTS}"] = 200, {"comments": [], "total": 3}

        with pytest.raises(Unavailable, match="3 comments"):
            await connector.fetch(TICKET)

    @pytest.mark.parametrize("total", [None, "3", True])
    async def test_list_without_its_length_is_not_believed(
        self, connector: Connector, desk: JiraDesk, total: object
    ) -> None:
        desk.scripted[f"GET {COMMENTS}"] = 200, {"comments": [], "total": total}

        with pytest.raises(Unavailable, match="total"):
            await connector.fetch(TICKET)

    async def test_thread_of_exactly_one_page_is_asked_for_once(
        self, connector: Connector, desk: JiraDesk, calls: CallList
    ) -> None:
        for chapter in range(100):
            desk.says(LONG_TICKET, RITA, f"Chapter {chapter}", public=True)

        assert len((await connector.fetch(LONG_TICKET)).messages) == 101

        assert [call.request.url.path for call in calls].count(f"/rest/api/3/issue/{LONG_TICKET}/comment") == 1

    async def test_comments_that_we_may_not_read_are_not_none(self, connector: Connector, desk: JiraDesk) -> None:
        desk.missing.add("comments")

        with pytest.raises(AuthFailed):
            await connector.fetch(TICKET)
