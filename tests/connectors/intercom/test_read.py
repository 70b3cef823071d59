"""A conversation as Intercom tells it, in our words."""

import time
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, RateLimited, Rejected, Unavailable
from connectors.intercom.connector import IntercomConnector
from tests.connectors.intercom.desk import ANN, LONG_TICKET, ME, RITA, TICKET, IntercomDesk, recorded


async def test_ticket_is_told_in_our_words(connector: IntercomConnector) -> None:
    ticket = await connector.fetch(TICKET)

    told = (ticket.id, ticket.subject, ticket.status, ticket.priority)
    assert told == (TICKET, "Parcel & invoice", Status.OPEN, Priority.NORMAL)
    assert (ticket.channel, ticket.queue, ticket.language) == ("email", "Support", "de")
    assert ticket.tags == ["shipping"]
    assert ticket.fields == {"Order": "AT-4411", "Priority": "normal", "ai_agent_participated": False}


async def test_people_have_their_roles_and_what_is_known_of_them(connector: IntercomConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.name, rita.email, rita.phone) == (
        RITA,
        "Rita Requester",
        "rita@customer.example",
        "+4315550100",
    )
    assert ticket.messages[0].author == rita
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.role, ticket.assignee.name) == (ANN, Role.AGENT, "Ann Agent")
    assert [one.author.role for one in ticket.messages] == [Role.REQUESTER, Role.SYSTEM, Role.AGENT, Role.REQUESTER]


async def test_first_message_is_there_and_changes_without_words_are_not(connector: IntercomConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert [(one.id, one.visibility) for one in ticket.messages] == [
        ("source-2001", Visibility.PUBLIC),
        ("3102", Visibility.PUBLIC),
        ("3103", Visibility.INTERNAL),
        ("3104", Visibility.PUBLIC),
    ]


async def test_contact_that_is_gone_is_told_from_the_thread(connector: IntercomConnector, desk: IntercomDesk) -> None:
    desk.scripted[f"GET /contacts/{RITA}"] = 404, recorded("error__not_found")

    requester = (await connector.fetch(TICKET)).requester

    assert (requester.id, requester.name, requester.phone) == (RITA, "Rita Requester", None)


async def test_conversation_that_a_teammate_began_has_the_contact_as_requester(
    connector: IntercomConnector, desk: IntercomDesk
) -> None:
    desk.conversations[TICKET]["source"]["author"] = {"type": "admin", "id": ANN, "name": "Ann Agent"}

    ticket = await connector.fetch(TICKET)

    assert ticket.requester.id == RITA
    assert ticket.messages[0].author.role is Role.AGENT


async def test_other_contact_is_a_participant(connector: IntercomConnector, desk: IntercomDesk) -> None:
    carl = {"type": "lead", "id": "64aa0c1be5f1d2a3b4c5d6ff", "name": "Carl Copied"}
    desk.says(TICKET, RITA, "<p>Me too.</p>", author=carl)

    assert [one.name for one in (await connector.fetch(TICKET)).participants] == ["Carl Copied"]


@pytest.mark.parametrize(
    ("state", "expected"), [("snoozed", Status.PENDING), ("closed", Status.SOLVED), ("odd", Status.OPEN)]
)
async def test_state_becomes_one_of_ours(
    connector: IntercomConnector, desk: IntercomDesk, state: str, expected: Status
) -> None:
    desk.conversations[TICKET]["state"] = state

    assert (await connector.fetch(TICKET)).status is expected


@pytest.mark.parametrize(
    ("kept", "word", "expected"),
    [
        ("Urgent", "not_priority", Priority.URGENT),
        (None, "priority", Priority.HIGH),
        (None, "medium", Priority.NORMAL),
        (None, "low", Priority.LOW),
        (None, "none", Priority.NORMAL),
        (7, "urgent", Priority.URGENT),
    ],
)
async def test_priority_is_that_of_the_attribute_else_intercoms_own_word(
    connector: IntercomConnector, desk: IntercomDesk, kept: Any, word: str, expected: Priority
) -> None:
    desk.conversations[TICKET] |= {"priority": word, "custom_attributes": {"Priority": kept}}

    assert (await connector.fetch(TICKET)).priority is expected


class TestLongThreads:
    async def test_thread_without_its_beginning_says_so(self, connector: IntercomConnector, desk: IntercomDesk) -> None:
        for chapter in range(501):
            desk.says(LONG_TICKET, ANN, f"<p>{chapter}</p>")

        ticket = await connector.fetch(LONG_TICKET)

        assert ticket.fields["older_parts_left_out"] is True
        assert len(ticket.messages) == 501  # the first message, and the newest 500 parts

    async def test_answer_that_leaves_parts_out_says_so(self, connector: IntercomConnector, desk: IntercomDesk) -> None:
        cut = {**recorded("conversation")}
        cut["conversation_parts"]["total_count"] = 9
        desk.scripted[f"GET /conversations/{TICKET}"] = 200, cut

        assert (await connector.fetch(TICKET)).fields["older_parts_left_out"] is True

    async def test_answer_without_its_parts_is_no_short_thread(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        found = recorded("conversation")
        del found["conversation_parts"]
        desk.scripted[f"GET /conversations/{TICKET}"] = 200, found

        with pytest.raises(Unavailable, match="conversation_parts"):
            await connector.fetch(TICKET)


class TestVersion:
    @pytest.mark.parametrize(
        "changed",
        [
            {"state": "closed"},
            {"admin_assignee_id": 814861},
            {"team_assignee_id": None},
            {"tags": {"tags": []}},
            {"custom_attributes": {}},
            {"title": "Parcel"},
        ],
    )
    async def test_change_of_substance_makes_another_version(
        self, connector: IntercomConnector, desk: IntercomDesk, changed: dict[str, Any]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.conversations[TICKET] |= changed

        assert (await connector.fetch(TICKET)).version != before.version

    async def test_agent_who_only_looks_does_not(self, connector: IntercomConnector, desk: IntercomDesk) -> None:
        before = await connector.fetch(TICKET)
        desk.conversations[TICKET] |= {"read": True, "updated_at": 1_788_300_000}

        assert (await connector.fetch(TICKET)).version == before.version


@pytest.mark.parametrize("ticket_id", ["", "../me", "4312?x=1", "-1", "last", "9" * 40])
async def test_id_that_is_no_number_never_becomes_a_path(
    connector: IntercomConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert not list(calls)


async def test_contact_id_that_is_a_path_is_not_followed(
    connector: IntercomConnector, desk: IntercomDesk, calls: CallList
) -> None:
    desk.conversations[TICKET]["source"]["author"]["id"] = "../admins"

    await connector.fetch(TICKET)

    assert [call.request.url.path for call in calls][1] == f"/contacts/{RITA}"


async def test_calls_stop_before_the_limit_is_hit(
    connector: IntercomConnector, desk: IntercomDesk, calls: CallList
) -> None:
    desk.headers = {
        "X-RateLimit-Limit": "1667",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(time.time()) + 9),
    }

    with pytest.raises(RateLimited, match="not called"):
        await connector.fetch(TICKET)

    assert len(calls) == 1


async def test_every_call_names_the_version_that_it_was_written_for(
    connector: IntercomConnector, calls: CallList
) -> None:
    await connector.fetch(TICKET)

    assert {call.request.headers["intercom-version"] for call in calls} == {"2.14"}


async def test_thread_that_we_may_not_read_is_no_empty_one(connector: IntercomConnector, desk: IntercomDesk) -> None:
    desk.missing.add("threads")

    with pytest.raises(AuthFailed):
        await connector.fetch(TICKET)


async def test_own_reply_is_known_as_ours(connector: IntercomConnector, desk: IntercomDesk) -> None:
    desk.says(TICKET, ME, "<p>ours</p>", "close")

    last = (await connector.fetch(TICKET)).messages[-1]

    assert (last.author.role, last.visibility) == (Role.INTEGRATION, Visibility.PUBLIC)
