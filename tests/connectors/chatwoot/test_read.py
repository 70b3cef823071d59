"""A conversation as Chatwoot tells it, in our words."""

import pytest
from respx.models import CallList

from connectors.chatwoot.connector import ChatwootConnector
from connectors.contract import BodyFormat, Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, Rejected, Unavailable
from tests.connectors.chatwoot.desk import ANN, LONG_TICKET, ME, RITA, TICKET, ChatwootDesk

PATH = "/api/v1/accounts/1/conversations/4312"


async def test_ticket_is_told_in_our_words(connector: ChatwootConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.id, ticket.subject, ticket.status, ticket.priority) == (
        "4312",
        "Parcel late",
        Status.OPEN,
        Priority.NORMAL,
    )
    assert (ticket.channel, ticket.queue, ticket.language) == ("email", "support", "en")
    assert ticket.tags == ["shipping", "vip"]
    assert ticket.fields == {"order": "AT-4411", "inbox_id": "7", "inbox": "Support mail", "can_reply": True}
    assert ticket.url == "https://chat.acme.example/app/accounts/1/conversations/4312"


async def test_people_have_their_roles_and_what_is_known_of_them(connector: ChatwootConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.role, rita.name) == (str(RITA), Role.REQUESTER, "Rita Requester")
    assert (rita.email, rita.phone, rita.organisation) == ("rita@customer.example", "+4315550100", "Customer & Co")
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.role) == (str(ANN), Role.AGENT)
    assert [entry.author.role for entry in ticket.messages] == [Role.REQUESTER, Role.AGENT, Role.REQUESTER]


async def test_activity_lines_are_no_messages(connector: ChatwootConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert [(entry.id, entry.visibility) for entry in ticket.messages] == [
        ("90100", Visibility.PUBLIC),
        ("90102", Visibility.INTERNAL),
        ("90103", Visibility.PUBLIC),
    ]


async def test_inbox_is_the_queue_where_there_is_no_team(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    desk.conversations[TICKET]["meta"]["team"] = None

    assert (await connector.fetch(TICKET)).queue == "Support mail"


async def test_mail_without_words_of_its_own_is_read_from_the_mail(
    connector: ChatwootConnector, desk: ChatwootDesk
) -> None:
    page = {"email": {"html_content": {"reply": "<p>Only a page</p>"}, "text_content": None}}
    plain = {"email": {"html_content": {"reply": "<p>x</p>"}, "text_content": {"full": "Plain words"}}}
    desk.says(TICKET, RITA, "", private=False, content_attributes=page)
    desk.says(TICKET, RITA, "", private=False, content_attributes=plain)

    found = [(entry.body, entry.format) for entry in (await connector.fetch(TICKET)).messages[-2:]]

    assert found == [("<p>Only a page</p>", BodyFormat.HTML), ("Plain words", BodyFormat.TEXT)]


async def test_place_on_a_map_is_told_as_a_file_without_a_name(connector: ChatwootConnector) -> None:
    place = (await connector.fetch(TICKET)).messages[-1].attachments[1]

    assert (place.id, place.name, place.media_type, place.size, place.url) == ("302", "location", None, None, None)


async def test_own_mark_is_read_and_a_foreign_one_is_not(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    desk.says(TICKET, ME, "ours", private=True, content_attributes={"countersign_mark": "cs-1"})
    desk.says(TICKET, ANN, "theirs", private=True, content_attributes={"countersign_mark": "cs-1"})

    assert [entry.mark for entry in (await connector.fetch(TICKET)).messages[-2:]] == ["cs-1", None]


async def test_message_that_does_not_say_who_sees_it_counts_as_internal(
    connector: ChatwootConnector, desk: ChatwootDesk
) -> None:
    del desk.says(TICKET, ANN, "Who sees this?", private=False)["private"]

    assert (await connector.fetch(TICKET)).messages[-1].visibility is Visibility.INTERNAL


class TestVersion:
    @pytest.mark.parametrize(
        "changed", [{"status": "resolved"}, {"priority": "high"}, {"labels": []}, {"snoozed_until": 1_788_300_000}]
    )
    async def test_change_of_substance_makes_another_version(
        self, connector: ChatwootConnector, desk: ChatwootDesk, changed: dict[str, object]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.conversations[TICKET] |= changed

        assert (await connector.fetch(TICKET)).version != before.version

    @pytest.mark.parametrize("changed", [{"agent_last_seen_at": 1_788_300_000}, {"unread_count": 0}])
    async def test_agent_who_only_looks_does_not(
        self, connector: ChatwootConnector, desk: ChatwootDesk, changed: dict[str, object]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.conversations[TICKET] |= changed
        desk.threads[TICKET][0]["status"] = "read"

        assert (await connector.fetch(TICKET)).version == before.version

    async def test_message_that_leaves_updated_at_alone_makes_another_version(
        self, connector: ChatwootConnector, desk: ChatwootDesk
    ) -> None:
        before = await connector.fetch(TICKET)
        stamp = desk.conversations[TICKET]["updated_at"]
        desk.says(TICKET, RITA, "Hello?", private=False)

        assert desk.conversations[TICKET]["updated_at"] == stamp
        assert (await connector.fetch(TICKET)).version != before.version


@pytest.mark.parametrize(
    ("status", "expected"),
    [("pending", Status.NEW), ("snoozed", Status.PENDING), ("resolved", Status.SOLVED), ("odd", Status.OPEN)],
)
async def test_status_becomes_one_of_ours(
    connector: ChatwootConnector, desk: ChatwootDesk, status: str, expected: Status
) -> None:
    desk.conversations[TICKET]["status"] = status

    assert (await connector.fetch(TICKET)).status is expected


async def test_thread_of_exactly_one_page_is_asked_for_once_more(
    connector: ChatwootConnector, desk: ChatwootDesk, calls: CallList
) -> None:
    for chapter in range(100):
        desk.says(LONG_TICKET, RITA, f"Chapter {chapter}", private=False)

    assert len((await connector.fetch(LONG_TICKET)).messages) == 100

    pages = [call.request.url.params["after"] for call in calls if call.request.url.path.endswith("/messages")]
    assert pages == ["0", "91100"]


async def test_who_we_are_and_the_inboxes_are_asked_for_once(connector: ChatwootConnector, calls: CallList) -> None:
    await connector.fetch(TICKET)
    await connector.fetch(TICKET)

    paths = [call.request.url.path for call in calls]
    assert (paths.count("/api/v1/profile"), paths.count("/api/v1/accounts/1/inboxes")) == (1, 1)


@pytest.mark.parametrize("ticket_id", ["", "../profile", "4312?x=1", "-1", "abc", "9" * 40])
async def test_id_that_is_no_number_never_becomes_a_path(
    connector: ChatwootConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert not [call for call in calls if "conversations" in call.request.url.path]


async def test_pages_that_go_in_a_circle_end(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    same = [{**desk.threads[TICKET][0], "id": 7}] * 100
    desk.scripted[f"GET {PATH}/messages"] = 200, {"payload": same}

    with pytest.raises(Unavailable, match="again and again"):
        await connector.fetch(TICKET)


async def test_thread_that_we_may_not_read_is_no_empty_one(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    desk.missing.add("messages")

    with pytest.raises(AuthFailed):
        await connector.fetch(TICKET)
