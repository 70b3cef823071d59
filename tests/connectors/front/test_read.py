"""A conversation as Front tells it, in our words."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import BodyFormat, Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, NotFound, Rejected, Unavailable
from connectors.front.connector import FrontConnector
from tests.connectors.front.desk import ACCOUNT, ANN, LONG_TICKET, RITA, TICKET, FrontDesk, recorded, rows
from tests.connectors.front.test_write import DRAFT

PATH = f"/conversations/{TICKET}"


async def connected(**options: Any) -> AsyncIterator[FrontConnector]:
    connector = FrontConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))
    yield connector
    await connector.close()


async def test_ticket_is_told_in_our_words(connector: FrontConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.id, ticket.subject, ticket.status, ticket.priority) == (
        TICKET,
        "Parcel late",
        Status.OPEN,
        Priority.NORMAL,
    )
    assert (ticket.channel, ticket.queue, ticket.tags) == ("email", "Support", ["shipping", "vip"])
    assert ticket.fields == {"order": "AT-4411", "channel_id": "cha_2f"}
    assert ticket.url == "https://app.frontapp.com/open/cnv_yo1kg5q"


async def test_people_have_their_roles_and_what_is_known_of_them(connector: FrontConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.role, rita.name, rita.email) == (RITA, Role.REQUESTER, "Rita Requester", RITA)
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.role, ticket.assignee.name) == (ANN, Role.AGENT, "Ann Agent")


async def test_messages_and_comments_are_one_thread(connector: FrontConnector) -> None:
    entries = (await connector.fetch(TICKET)).messages

    assert [(one.author.role, one.visibility, one.format) for one in entries] == [
        (Role.REQUESTER, Visibility.PUBLIC, BodyFormat.HTML),
        (Role.AGENT, Visibility.PUBLIC, BodyFormat.HTML),
        (Role.AGENT, Visibility.INTERNAL, BodyFormat.MARKDOWN),
        (Role.REQUESTER, Visibility.PUBLIC, BodyFormat.HTML),
    ]


async def test_text_message_is_no_page(connector: FrontConnector, desk: FrontDesk) -> None:
    desk.says(TICKET, "+43155501000", "1 < 2 & so on", type="sms")

    ticket = await connector.fetch(TICKET)

    last = ticket.messages[-1]
    assert (last.body, last.format, last.author.phone) == ("1 < 2 & so on", BodyFormat.TEXT, "+43155501000")
    assert (last.author.role, ticket.channel) == (Role.PARTICIPANT, "sms")


@pytest.mark.parametrize("kind", ["rule", "application", "ai", "csat"])
async def test_bot_is_no_agent(connector: FrontConnector, desk: FrontDesk, kind: str) -> None:
    desk.says(TICKET, "tea_b07", "<p>We got it.</p>")["author"]["type"] = kind

    assert (await connector.fetch(TICKET)).messages[-1].author.role is Role.SYSTEM


class TestDrafts:
    async def test_waiting_draft_is_seen_by_agents_alone(self, connector: FrontConnector, desk: FrontDesk) -> None:
        desk.drafts[TICKET] = rows("drafts__colleague")

        last = (await connector.fetch(TICKET)).messages[-1]

        assert (last.id, last.visibility) == ("draft:msg_1q15020", Visibility.DRAFT)
        assert (last.author.role, last.mark) == (Role.AGENT, None)

    async def test_draft_among_the_messages_is_no_message(self, connector: FrontConnector, desk: FrontDesk) -> None:
        desk.messages[TICKET] += rows("drafts__colleague")

        assert not [one for one in (await connector.fetch(TICKET)).messages if "Dear Rita" in one.body]

    async def test_draft_that_front_does_not_date_comes_last(self, connector: FrontConnector, desk: FrontDesk) -> None:
        desk.drafts[TICKET] = [{**rows("drafts__colleague")[0], "created_at": None}]

        assert (await connector.fetch(TICKET)).messages[-1].visibility is Visibility.DRAFT

    async def test_draft_of_ours_that_an_agent_sent_is_the_agents_reply(
        self, connector: FrontConnector, desk: FrontDesk
    ) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), DRAFT)
        desk.sends(TICKET, desk.drafts[TICKET][0])

        last = (await connector.fetch(TICKET)).messages[-1]

        assert (last.author.role, last.visibility) == (Role.AGENT, Visibility.PUBLIC)
        assert last.id != receipt.entry_id

    async def test_mark_in_a_colleagues_draft_is_not_ours(self, connector: FrontConnector, desk: FrontDesk) -> None:
        await connector.write(await connector.fetch(TICKET), DRAFT)
        desk.drafts[TICKET][0]["author"] = rows("teammates")[0]

        ticket = await connector.fetch(TICKET)

        assert ticket.messages[-1].mark is None
        assert "draft_id" not in ticket.fields


class TestVersion:
    @pytest.mark.parametrize(
        "changed",
        [{"status": "archived"}, {"assignee": None}, {"tags": []}, {"custom_fields": {"order": "AT-1"}}],
    )
    async def test_change_of_substance_makes_another_version(
        self, connector: FrontConnector, desk: FrontDesk, changed: dict[str, object]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.conversations[TICKET] |= changed

        assert (await connector.fetch(TICKET)).version != before.version

    async def test_move_to_another_inbox_makes_another_version(
        self, connector: FrontConnector, desk: FrontDesk
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.inboxes[TICKET] = rows("inboxes")[1:]

        assert (await connector.fetch(TICKET)).version != before.version

    async def test_teammate_who_only_types_does_not(self, connector: FrontConnector, desk: FrontDesk) -> None:
        before = await connector.fetch(TICKET)
        desk.drafts[TICKET] = rows("drafts__colleague")
        desk.conversations[TICKET]["updated_at"] += 5

        assert (await connector.fetch(TICKET)).version == before.version


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"status": "unassigned"}, Status.OPEN),
        ({"status": "archived"}, Status.SOLVED),
        ({"status": "assigned", "status_category": "waiting"}, Status.PENDING),
        ({"status": "assigned", "status_category": "resolved"}, Status.SOLVED),
        ({"status": "odd"}, Status.OPEN),
    ],
)
async def test_status_becomes_one_of_ours(
    connector: FrontConnector, desk: FrontDesk, told: dict[str, str], expected: Status
) -> None:
    desk.conversations[TICKET] |= told

    assert (await connector.fetch(TICKET)).status is expected


async def test_most_urgent_of_several_tags_is_the_priority(connector: FrontConnector, desk: FrontDesk) -> None:
    desk.conversations[TICKET]["tags"] += [desk.tags[2], desk.tags[4]]

    assert (await connector.fetch(TICKET)).priority is Priority.URGENT


class TestNoTicket:
    @pytest.mark.parametrize("told", [{"status": "deleted"}, {"type": "discussion"}, {"type": "task"}])
    async def test_trash_and_talk_among_teammates_are_no_tickets(
        self, connector: FrontConnector, desk: FrontDesk, told: dict[str, str]
    ) -> None:
        desk.conversations[TICKET] |= told

        with pytest.raises(NotFound):
            await connector.fetch(TICKET)

    async def test_merged_conversation_is_not_there_any_more(self, connector: FrontConnector, desk: FrontDesk) -> None:
        desk.scripted[f"GET {PATH}"] = 301, None

        with pytest.raises(NotFound, match="merged"):
            await connector.fetch(TICKET)

    @pytest.mark.usefixtures("calls")
    async def test_inbox_that_is_not_served_holds_no_ticket(self) -> None:
        async for connector in connected(inbox_ids=["inb_9"]):
            with pytest.raises(NotFound, match="inbox_ids"):
                await connector.fetch(TICKET)

    @pytest.mark.parametrize(
        "ticket_id", ["", "../me", "cnv_1?x=1", "msg_1", "cnv_1/drafts", "4312", "cnv_" + "a" * 99]
    )
    async def test_id_that_is_none_of_fronts_never_becomes_a_path(
        self, connector: FrontConnector, calls: CallList, ticket_id: str
    ) -> None:
        with pytest.raises(Rejected):
            await connector.fetch(ticket_id)

        assert not list(calls)


class TestChannel:
    async def test_without_an_address_that_fits_the_only_channel_is_taken(
        self, connector: FrontConnector, desk: FrontDesk
    ) -> None:
        desk.channels = [{**desk.channels[0], "address": None, "send_as": None}]

        assert (await connector.fetch(TICKET)).fields["channel_id"] == "cha_1f"

    async def test_of_several_that_do_not_fit_none_is_taken(self, connector: FrontConnector, desk: FrontDesk) -> None:
        desk.channels[1]["is_valid"] = False
        desk.channels.append({**desk.channels[0], "id": "cha_9f", "address": "else@acme.example", "send_as": None})

        assert "channel_id" not in (await connector.fetch(TICKET)).fields

    async def test_latest_message_decides(self, connector: FrontConnector, desk: FrontDesk) -> None:
        desk.says(TICKET, RITA, "<p>Hello?</p>")["recipients"].append({"handle": "HELP@acme.example", "role": "to"})
        desk.messages[TICKET][-1]["recipients"].pop(1)

        assert (await connector.fetch(TICKET)).fields["channel_id"] == "cha_1f"

    async def test_channels_are_asked_for_once_for_a_while(self, connector: FrontConnector, calls: CallList) -> None:
        await connector.fetch(TICKET)
        await connector.fetch(TICKET)

        assert [call.request.url.path for call in calls].count("/inboxes/inb_3srbb/channels") == 1

    @pytest.mark.usefixtures("calls")
    async def test_channel_may_be_named(self) -> None:
        async for connector in connected(channel_id="cha_1f"):
            assert (await connector.fetch(TICKET)).fields["channel_id"] == "cha_1f"


class TestPages:
    async def test_token_never_goes_to_the_host_in_a_link(
        self, connector: FrontConnector, desk: FrontDesk, calls: CallList
    ) -> None:
        for chapter in range(150):
            desk.says(LONG_TICKET, RITA, f"<p>{chapter}</p>")

        assert len((await connector.fetch(LONG_TICKET)).messages) == 150

        assert {call.request.url.host for call in calls} == {"api2.frontapp.com"}

    async def test_pages_that_go_in_a_circle_end(self, connector: FrontConnector, desk: FrontDesk) -> None:
        link = {"next": "https://acme.api.frontapp.com/x?page_token=p1"}
        desk.scripted[f"GET {PATH}/messages"] = 200, {"_pagination": link, "_results": []}

        with pytest.raises(Unavailable, match="again and again"):
            await connector.fetch(TICKET)

    @pytest.mark.parametrize(
        "link", ["https://x.example/", 7, "https://[bad?page_token=1", "?page_token=1&page_token=2"]
    )
    async def test_link_without_a_token_is_no_end(
        self, connector: FrontConnector, desk: FrontDesk, link: object
    ) -> None:
        desk.scripted[f"GET {PATH}/messages"] = 200, {"_pagination": {"next": link}, "_results": []}

        with pytest.raises(Unavailable, match="page_token"):
            await connector.fetch(TICKET)

    @pytest.mark.parametrize("part", ["messages", "comments", "drafts", "inboxes"])
    async def test_part_that_we_may_not_read_is_no_empty_one(
        self, connector: FrontConnector, desk: FrontDesk, part: str
    ) -> None:
        desk.scripted[f"GET {PATH}/{part}"] = 403, recorded("error__forbidden")

        with pytest.raises(AuthFailed):
            await connector.fetch(TICKET)
