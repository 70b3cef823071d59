"""A draft that waits, a comment that nobody outside sees, a reply that is sent; and only what was meant."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Change, DraftReply, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import Rejected, Unavailable, WriteConflict
from connectors.front.connector import FrontConnector
from tests.connectors.front.desk import BO, ME, RITA, TICKET, FrontDesk, recorded, rows

WORDS = "Your parcel left on Monday."
MARK = Mark("cs-0f1e2d3c4b5a69788", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote(f"Why a person: money.\n\n{MARK.value}", MARK)
REPLY = PublicReply(WORDS, MARK)
DRAFT = DraftReply(WORDS, MARK)
NEWER = DraftReply("It arrives today.", dataclasses.replace(MARK, value="cs-newer"))


def sent(calls: CallList) -> list[tuple[str, str, Any]]:
    """What each write asked for, in its order: method, path and body."""
    writes = [call.request for call in calls if call.request.method != "GET"]
    return [
        (one.method, one.url.path.removeprefix(f"/conversations/{TICKET}"), json.loads(one.content)) for one in writes
    ]


class TestDrafts:
    async def test_draft_waits_for_all_addressed_to_the_requester_alone(
        self, connector: FrontConnector, calls: CallList
    ) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), DRAFT)

        ((method, path, body),) = sent(calls)
        assert (method, path) == ("POST", "/drafts")
        assert body.pop("body").startswith(f"<p>{WORDS}</p><!--countersign {MARK.value} ")
        assert body == {"author_id": ME, "channel_id": "cha_2f", "to": [RITA], "mode": "shared"}
        assert (str(receipt.entry_id).partition(":")[0], receipt.visibility) == ("draft", Visibility.DRAFT)

    async def test_newer_draft_takes_the_place_of_our_own_at_the_version_that_was_read(
        self, connector: FrontConnector, desk: FrontDesk, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), DRAFT)
        version = desk.drafts[TICKET][0]["version"]
        await connector.write(await connector.fetch(TICKET), NEWER)

        method, path, body = sent(calls)[-1]
        assert (method, path, body["version"]) == ("PATCH", f"/drafts/{desk.drafts[TICKET][0]['id']}/", version)
        assert [one["body"][:24] for one in desk.drafts[TICKET]] == ["<p>It arrives today.</p>"]

    async def test_draft_that_a_teammate_edits_meanwhile_is_not_written_over(
        self, connector: FrontConnector, desk: FrontDesk
    ) -> None:
        await connector.write(await connector.fetch(TICKET), DRAFT)
        ticket = await connector.fetch(TICKET)
        desk.edits(desk.drafts[TICKET][0], "<p>Dear Rita</p>")

        with pytest.raises(WriteConflict):
            await connector.write(ticket, NEWER)

        assert [one["body"] for one in desk.drafts[TICKET]] == ["<p>Dear Rita</p>"]

    @pytest.mark.parametrize("keeps_the_sign", [True, False])
    async def test_draft_that_a_teammate_has_edited_is_left_and_ours_stands_beside_it(
        self, connector: FrontConnector, desk: FrontDesk, keeps_the_sign: bool
    ) -> None:
        await connector.write(await connector.fetch(TICKET), DRAFT)
        before = desk.drafts[TICKET][0]["body"]
        edited = before.replace("Monday", "Tuesday") if keeps_the_sign else "<p>Dear Rita</p>"
        desk.edits(desk.drafts[TICKET][0], edited)

        await connector.write(await connector.fetch(TICKET), NEWER)

        assert desk.drafts[TICKET][0]["body"] == edited
        assert len(desk.drafts[TICKET]) == 2

    async def test_colleagues_draft_is_left_alone(self, connector: FrontConnector, desk: FrontDesk) -> None:
        desk.drafts[TICKET] = rows("drafts__colleague")

        await connector.write(await connector.fetch(TICKET), DRAFT)

        assert desk.drafts[TICKET][0] == rows("drafts__colleague")[0]

    async def test_text_message_has_no_sign_that_somebody_could_see(
        self, connector: FrontConnector, desk: FrontDesk, calls: CallList
    ) -> None:
        desk.says(TICKET, RITA, "Hello?", type="sms")

        await connector.write(await connector.fetch(TICKET), DRAFT)

        assert sent(calls)[0][2]["body"] == f"<p>{WORDS}</p>"

    async def test_draft_that_comes_back_as_a_message_is_an_alarm(
        self, connector: FrontConnector, desk: FrontDesk
    ) -> None:
        desk.sends_drafts = True

        with pytest.raises(Rejected, match=r"ALARM.*SENT"):
            await connector.write(await connector.fetch(TICKET), DRAFT)

    async def test_draft_that_nobody_else_sees_is_told(self, connector: FrontConnector, desk: FrontDesk) -> None:
        desk.scripted[f"POST /conversations/{TICKET}/drafts"] = (
            200,
            {**recorded("draft_created"), "draft_mode": "private"},
        )

        with pytest.raises(Rejected, match="stored as private"):
            await connector.write(await connector.fetch(TICKET), DRAFT)

    async def test_without_a_channel_it_is_told_before_any_call(
        self, connector: FrontConnector, desk: FrontDesk, calls: CallList
    ) -> None:
        desk.channels = []
        ticket = await connector.fetch(TICKET)

        with pytest.raises(Rejected, match=r"options\.channel_id"):
            await connector.write(ticket, DRAFT, Change(["ai"]))

        assert sent(calls) == []


class TestComments:
    async def test_note_is_a_comment(self, connector: FrontConnector, calls: CallList) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), NOTE)

        assert sent(calls) == [
            ("POST", "/comments", {"author_id": ME, "body": f"Why a person: money.  \n  \n{MARK.value}"})
        ]
        assert (str(receipt.entry_id)[:4], receipt.visibility) == ("com_", Visibility.INTERNAL)

    async def test_comment_that_comes_back_as_a_message_is_an_alarm(
        self, connector: FrontConnector, desk: FrontDesk
    ) -> None:
        desk.scripted[f"POST /conversations/{TICKET}/comments"] = 201, recorded("draft_created")

        with pytest.raises(Rejected, match="ALARM"):
            await connector.write(await connector.fetch(TICKET), NOTE)


class TestReplies:
    async def test_reply_goes_to_the_requester_and_leaves_the_conversation_open(
        self, connector: FrontConnector, desk: FrontDesk, calls: CallList
    ) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), REPLY)

        assert sent(calls) == [
            (
                "POST",
                "/messages",
                {
                    "author_id": ME,
                    "to": [RITA],
                    "body": f"<p>{WORDS}</p>",
                    "options": {"tag_ids": [], "archive": False},
                    "channel_id": "cha_2f",
                },
            )
        ]
        assert receipt.entry_id == desk.messages[TICKET][-1]["message_uid"]
        assert desk.conversations[TICKET]["status"] == "assigned"

    async def test_tags_and_archiving_go_in_the_same_call(self, connector: FrontConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), REPLY, Change(["priority-high"], status=Status.SOLVED))

        ((_, path, body),) = sent(calls)
        assert (path, body["options"]) == ("/messages", {"tag_ids": ["tag_1c"], "archive": True})

    async def test_conversation_without_a_recipient_is_told_before_any_call(
        self, connector: FrontConnector, desk: FrontDesk, calls: CallList
    ) -> None:
        desk.conversations[TICKET]["recipient"] = None
        ticket = await connector.fetch(TICKET)

        for action in (REPLY, DRAFT):
            with pytest.raises(Rejected, match="no recipient"):
                await connector.write(ticket, action)

        assert sent(calls) == []

    @pytest.mark.parametrize("answer", [{"status": "accepted"}, {"message_uid": "../x"}, None])
    async def test_reply_without_an_id_may_be_stored(
        self, connector: FrontConnector, desk: FrontDesk, answer: object
    ) -> None:
        desk.scripted[f"POST /conversations/{TICKET}/messages"] = 202, answer

        with pytest.raises(Unavailable) as caught:
            await connector.write(await connector.fetch(TICKET), REPLY)

        assert caught.value.may_be_stored

    async def test_variables_of_templates_are_not_filled_in(self, connector: FrontConnector, desk: FrontDesk) -> None:
        await connector.write(await connector.fetch(TICKET), PublicReply("Dear {{recipient.email}}", MARK))

        assert "rita@" not in desk.messages[TICKET][-1]["body"]


class TestRouting:
    async def test_all_of_it_comes_before_the_note(self, connector: FrontConnector, calls: CallList) -> None:
        change = Change(["shipping", "vip2"], Priority.HIGH, "billing", "bo@acme.example", Status.SOLVED)

        await connector.write(await connector.fetch(TICKET), NOTE, change)

        assert [(method, path) for method, path, _ in sent(calls)] == [
            ("POST", "/company/tags"),
            ("POST", "/tags"),
            ("PATCH", ""),
            ("POST", "/comments"),
        ]
        assert sent(calls)[1][2]["tag_ids"][1] == "tag_1c"
        assert sent(calls)[2][2] == {"inbox_id": "inb_3srcc", "assignee_id": BO, "status": "archived"}

    async def test_tag_that_is_there_in_any_case_is_not_added(self, connector: FrontConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(["VIP"]))

        assert sent(calls) == []

    async def test_tag_of_one_teammate_alone_is_not_taken(self, connector: FrontConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(["mine"]))

        assert sent(calls)[0][:2] == ("POST", "/company/tags")

    async def test_made_tag_is_made_once(self, connector: FrontConnector, desk: FrontDesk, calls: CallList) -> None:
        for _ in range(2):
            await connector.write(await connector.fetch(TICKET), None, Change(["fresh"]))
            desk.conversations[TICKET]["tags"] = []

        assert [path for _, path, _ in sent(calls)] == ["/company/tags", "/tags", "/tags"]

    @pytest.mark.parametrize(
        ("priority", "left"),
        [
            (Priority.URGENT, ["shipping", "vip", "priority-urgent"]),
            (Priority.NORMAL, ["shipping", "vip"]),
            (Priority.HIGH, ["shipping", "vip", "priority-high"]),
        ],
    )
    async def test_priority_is_one_tag_and_no_other_tag_goes(
        self, connector: FrontConnector, desk: FrontDesk, priority: Priority, left: list[str]
    ) -> None:
        desk.conversations[TICKET]["tags"].append(desk.tags[2])

        await connector.write(await connector.fetch(TICKET), None, Change(priority=priority))

        ticket = await connector.fetch(TICKET)
        assert (ticket.tags, ticket.priority) == (left, priority)

    @pytest.mark.parametrize("status", [Status.HOLD, Status.CLOSED, Status.NEW, Status.PENDING])
    async def test_status_without_an_equal_is_rejected_before_any_call(
        self, connector: FrontConnector, calls: CallList, status: Status
    ) -> None:
        ticket = await connector.fetch(TICKET)

        with pytest.raises(Rejected, match="has no status"):
            await connector.write(ticket, NOTE, Change(["ai"], status=status))

        assert sent(calls) == []

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (Change(assignee="Nobody"), "no teammate 'Nobody'"),
            (Change(assignee="Ann Agent"), "more than one teammate"),
            (Change(team="refunds"), "no inbox 'refunds'"),
            (Change([" "]), "tag is empty"),
            (Change(), "nothing to write"),
        ],
    )
    async def test_change_that_cannot_be_made_is_rejected_before_any_write(
        self, connector: FrontConnector, calls: CallList, change: Change, told: str
    ) -> None:
        with pytest.raises(Rejected, match=told):
            await connector.write(await connector.fetch(TICKET), None, change)

        assert sent(calls) == []

    @pytest.mark.parametrize("name", ["bo@acme.example", "bo", "Bo Billing", BO])
    async def test_assignee_is_found_by_address_name_or_id(
        self, connector: FrontConnector, calls: CallList, name: str
    ) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(assignee=name))

        assert sent(calls) == [("PATCH", "", {"assignee_id": BO})]

    async def test_answer_where_front_gives_none_may_be_stored(
        self, connector: FrontConnector, desk: FrontDesk
    ) -> None:
        desk.scripted[f"PATCH /conversations/{TICKET}"] = 200, {"surprise": []}

        with pytest.raises(Unavailable) as caught:
            await connector.write(await connector.fetch(TICKET), None, Change(status=Status.SOLVED))

        assert caught.value.may_be_stored
