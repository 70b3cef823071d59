"""A conversation as Help Scout tells it, in our words."""

import dataclasses

import pytest
from respx.models import CallList

from connectors.contract import Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, NotFound, RateLimited, Rejected, Unavailable
from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.help_scout.desk import ACCOUNT, ANN, LONG_TICKET, ME, RITA, TICKET, HelpScoutDesk

PATH = "/v2/conversations/8123"


async def test_ticket_is_told_in_our_words(connector: HelpScoutConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.id, ticket.subject, ticket.status, ticket.priority) == (
        "8123",
        "Parcel late",
        Status.OPEN,
        Priority.NORMAL,
    )
    assert (ticket.channel, ticket.queue) == ("email", "Help")
    assert ticket.tags == ["shipping", "vip"]
    assert ticket.fields == {"Order": "AT-4411", "inbox_id": "85", "threads": 4}
    assert ticket.url == "https://secure.helpscout.net/conversation/8123/15473"


async def test_people_have_their_roles_and_what_is_known_of_them(connector: HelpScoutConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.name, rita.email) == (str(RITA), "Rita Requester", "rita@customer.example")
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.role) == (str(ANN), Role.AGENT)
    assert [one.email for one in ticket.participants] == ["carl@customer.example", "dora@customer.example"]


async def test_customer_who_is_told_by_number_alone_is_known_from_the_thread(
    connector: HelpScoutConnector, desk: HelpScoutDesk
) -> None:
    desk.conversations[TICKET]["primaryCustomer"] = {"id": RITA}

    rita = (await connector.fetch(TICKET)).requester

    assert (rita.id, rita.name, rita.email) == (str(RITA), "Rita Requester", "rita@customer.example")


async def test_file_has_the_address_where_an_agent_opens_it(connector: HelpScoutConnector) -> None:
    (file,) = (await connector.fetch(TICKET)).messages[0].attachments

    assert file.url == "https://secure.helpscout.net/file/301/0a1b/label.jpg"


async def test_lines_that_tell_of_changes_are_no_messages(connector: HelpScoutConnector) -> None:
    assert [(entry.id, entry.author.role, entry.visibility) for entry in (await connector.fetch(TICKET)).messages] == [
        ("90101", Role.REQUESTER, Visibility.PUBLIC),
        ("90102", Role.AGENT, Visibility.INTERNAL),
        ("90104", Role.PARTICIPANT, Visibility.PUBLIC),
        ("90105", Role.REQUESTER, Visibility.PUBLIC),
    ]


@pytest.mark.parametrize(
    ("told", "visibility"),
    [
        ({"type": "message"}, Visibility.PUBLIC),
        ({"type": "message", "state": "draft"}, Visibility.DRAFT),
        ({"type": "message", "state": "hidden"}, Visibility.INTERNAL),
        ({"type": "message", "state": None}, Visibility.INTERNAL),
        ({"type": "forwardparent"}, Visibility.INTERNAL),
        ({"type": "phone"}, Visibility.INTERNAL),
        ({"type": "beaconchat"}, Visibility.PUBLIC),
    ],
)
async def test_what_is_not_plainly_public_is_internal(
    connector: HelpScoutConnector, desk: HelpScoutDesk, told: dict[str, object], visibility: Visibility
) -> None:
    desk.says(TICKET, ANN, "Who sees this?", **told)

    assert (await connector.fetch(TICKET)).messages[-1].visibility is visibility


async def test_team_that_a_conversation_waits_for_is_its_queue(
    connector: HelpScoutConnector, desk: HelpScoutDesk
) -> None:
    desk.conversations[TICKET]["assignee"] = {"id": 702, "type": "team", "first": "Billing"}

    ticket = await connector.fetch(TICKET)

    assert (ticket.queue, ticket.assignee) == ("Billing", None)


async def test_priority_is_a_tag(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    desk.conversations[TICKET]["tags"].append({"id": 1, "tag": "priority-high"})

    assert (await connector.fetch(TICKET)).priority is Priority.HIGH


@pytest.mark.parametrize("changed", [{"status": "spam"}, {"state": "deleted"}])
async def test_conversation_that_was_thrown_away_is_not_found(
    connector: HelpScoutConnector, desk: HelpScoutDesk, changed: dict[str, str]
) -> None:
    desk.conversations[TICKET] |= changed

    with pytest.raises(NotFound):
        await connector.fetch(TICKET)


async def test_conversation_that_went_into_another_is_not_found(
    connector: HelpScoutConnector, desk: HelpScoutDesk, calls: CallList
) -> None:
    desk.merged.add(TICKET)

    with pytest.raises(NotFound, match="merged"):
        await connector.fetch(TICKET)

    assert not [call for call in calls if LONG_TICKET in call.request.url.path]


async def test_link_that_leads_elsewhere_is_not_shown_to_agents(
    connector: HelpScoutConnector, desk: HelpScoutDesk
) -> None:
    desk.conversations[TICKET]["_links"]["web"]["href"] = "javascript:alert(1)"

    assert (await connector.fetch(TICKET)).url == "https://secure.helpscout.net/conversation/8123"


class TestVersion:
    @pytest.mark.parametrize(
        "changed", [{"status": "closed"}, {"tags": []}, {"assignee": None}, {"customFields": []}, {"mailboxId": 86}]
    )
    async def test_change_of_substance_makes_another_version(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk, changed: dict[str, object]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.conversations[TICKET] |= changed

        assert (await connector.fetch(TICKET)).version != before.version

    async def test_draft_that_a_colleague_types_does_not(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.says(TICKET, ANN, "Dear", type="message", state="draft")

        assert (await connector.fetch(TICKET)).version == before.version


class TestPages:
    async def test_conversation_without_a_thread_is_an_empty_one(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk
    ) -> None:
        assert desk.threads[LONG_TICKET] == []

        assert (await connector.fetch(LONG_TICKET)).messages == []

    @pytest.mark.parametrize("answer", [{}, {"_embedded": {"threads": []}}, {"page": {"totalPages": True}}, [], None])
    async def test_page_that_does_not_say_which_it_is_is_not_the_last(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk, answer: object
    ) -> None:
        desk.scripted[f"GET {PATH}/threads"] = 200, answer

        with pytest.raises(Unavailable):
            await connector.fetch(TICKET)

    async def test_pages_that_go_in_a_circle_end(self, connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
        desk.scripted[f"GET {PATH}/threads"] = (
            200,
            {
                "_embedded": {"threads": desk.threads[TICKET]},
                "page": {"totalPages": 9, "number": 1},
            },
        )

        with pytest.raises(Unavailable, match="again and again"):
            await connector.fetch(TICKET)

    async def test_thread_that_we_may_not_read_is_no_empty_one(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk
    ) -> None:
        desk.missing.add("threads")

        with pytest.raises(AuthFailed):
            await connector.fetch(TICKET)


async def test_who_we_are_the_token_and_the_inboxes_are_asked_for_once(
    connector: HelpScoutConnector, calls: CallList
) -> None:
    await connector.fetch(TICKET)
    await connector.fetch(TICKET)

    paths = [call.request.url.path for call in calls]
    assert [paths.count(path) for path in ("/v2/oauth2/token", "/v2/users/me", "/v2/mailboxes")] == [1, 1, 1]


@pytest.mark.usefixtures("calls")
async def test_who_writes_as_us_is_asked_of_help_scout_and_not_of_the_file(desk: HelpScoutDesk) -> None:
    connector = HelpScoutConnector.connect(dataclasses.replace(ACCOUNT, options={"integration_user_id": ANN}))
    desk.says(TICKET, ANN, "Hers.", type="note")
    desk.says(TICKET, ME, "Ours.", type="note")

    roles = [entry.author.role for entry in (await connector.fetch(TICKET)).messages[-2:]]

    assert roles == [Role.AGENT, Role.INTEGRATION]
    await connector.close()


@pytest.mark.parametrize("ticket_id", ["", "../users/me", "8123?x=1", "-1", "abc", "9" * 40])
async def test_id_that_is_no_number_never_becomes_a_path(
    connector: HelpScoutConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert not [call for call in calls if "conversations" in call.request.url.path]


async def test_limit_is_honoured_before_it_is_hit(
    connector: HelpScoutConnector, desk: HelpScoutDesk, calls: CallList
) -> None:
    desk.headers = {"X-RateLimit-Limit-Minute": "400", "X-RateLimit-Remaining-Minute": "10"}

    with pytest.raises(RateLimited, match="the limit is used up"):
        await connector.fetch(TICKET)

    assert len(calls) == 1
