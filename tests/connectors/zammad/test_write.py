"""Message and routing in one call, and only what was meant."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Change, DraftReply, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import DraftInTheWay, Rejected, Unavailable
from connectors.zammad.connector import ZammadConnector
from tests.connectors.zammad.desk import ACCOUNT, ANN, TICKET, ZammadDesk, recorded

MARK = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote("<p>Suggested reply</p><p>cs-0f1e2d3c4b5a69788796</p>", MARK)
REPLY = PublicReply("<p>On its way.</p>", MARK)
DRAFT = DraftReply("<p>Your parcel left on Monday.</p>", MARK)
MARKED = {"countersign_mark": MARK.value}


def sent(calls: CallList) -> list[tuple[str, str, Any]]:
    """What each write asked for, in its order: method, path and body."""
    writes = [call.request for call in calls if call.request.method != "GET"]
    return [(one.method, one.url.path.removeprefix("/api/v1"), json.loads(one.content)) for one in writes]


class TestNotes:
    async def test_note_alone_is_one_article_that_says_what_it_is(
        self, connector: ZammadConnector, calls: CallList
    ) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), NOTE)

        note = {
            "ticket_id": 81,
            "body": NOTE.body,
            "content_type": "text/html",
            "sender": "Agent",
            "preferences": MARKED,
            "type": "note",
            "internal": True,
        }
        assert sent(calls) == [("POST", "/ticket_articles", note)]
        assert (receipt.entry_id, receipt.visibility, receipt.version) == ("201", Visibility.INTERNAL, None)

    async def test_note_and_routing_go_in_one_call_after_the_tags(
        self, connector: ZammadConnector, calls: CallList
    ) -> None:
        change = Change(["AI draft", "AI draft"], Priority.HIGH, "2nd Level", "ann@acme.example", Status.SOLVED)

        receipt = await connector.write(await connector.fetch(TICKET), NOTE, change)

        tag, update = sent(calls)
        assert tag == ("POST", "/tags/add", {"item": "AI draft", "object": "Ticket", "o_id": 81})
        assert update[:2] == ("PUT", "/tickets/81")
        fields = {key: value for key, value in update[2].items() if key != "article"}
        wanted = {"state": "closed", "priority": "3 high", "group": "2nd Level", "owner": "ann@acme.example"}
        assert fields == wanted
        assert update[2]["article"]["internal"] is True
        assert (receipt.entry_id, receipt.visibility) == ("201", Visibility.INTERNAL)

    async def test_note_that_comes_back_public_is_an_alarm(self, connector: ZammadConnector, desk: ZammadDesk) -> None:
        desk.make_public = True

        with pytest.raises(Rejected, match=r"ALARM: note 201 on ticket 81 .* stored as PUBLIC"):
            await connector.write(await connector.fetch(TICKET), NOTE)

    async def test_note_that_comes_back_as_a_mail_is_an_alarm(
        self, connector: ZammadConnector, desk: ZammadDesk
    ) -> None:
        desk.scripted["POST /ticket_articles"] = 201, {**recorded("article_created__note"), "type": "email"}

        with pytest.raises(Rejected, match="ALARM"):
            await connector.write(await connector.fetch(TICKET), NOTE)

    async def test_update_that_cannot_be_read_back_may_have_stored_the_note(
        self, connector: ZammadConnector, desk: ZammadDesk
    ) -> None:
        ticket = await connector.fetch(TICKET)
        desk.missing.add("articles")

        with pytest.raises(Unavailable, match="cannot be read back") as caught:
            await connector.write(ticket, NOTE, Change(priority=Priority.HIGH))

        assert caught.value.may_be_stored

    async def test_placeholder_in_a_message_is_not_expanded(self, connector: ZammadConnector, desk: ZammadDesk) -> None:
        reply = PublicReply("<p>#{ticket.customer.email} &#35;&#123;ticket.id}</p>", MARK)

        await connector.write(await connector.fetch(TICKET), reply)

        assert "rita@" not in desk.threads[TICKET][-1]["body"]

    async def test_message_that_zammad_would_cut_is_refused_before_any_call(
        self, connector: ZammadConnector, calls: CallList
    ) -> None:
        with pytest.raises(Rejected, match="would cut it"):
            await connector.write(await connector.fetch(TICKET), dataclasses.replace(NOTE, body="x" * 1_500_001))

        assert sent(calls) == []


class TestReplies:
    async def test_reply_is_a_mail_to_the_requester_that_answers_the_last_message(
        self, connector: ZammadConnector, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), REPLY)

        ((_, _, mail),) = sent(calls)
        assert (mail["type"], mail["internal"], mail["to"]) == ("email", False, "rita@customer.example")
        assert (mail["subject"], mail["in_reply_to"]) == ("Parcel late", "<106@customer.example>")

    async def test_reply_takes_our_own_draft_away(self, connector: ZammadConnector, desk: ZammadDesk) -> None:
        await connector.write(await connector.fetch(TICKET), DRAFT)
        await connector.write(await connector.fetch(TICKET), REPLY)

        assert desk.drafts == {}

    async def test_reply_leaves_a_colleagues_draft(
        self, connector: ZammadConnector, desk: ZammadDesk, calls: CallList
    ) -> None:
        desk.colleague_types(TICKET)

        await connector.write(await connector.fetch(TICKET), REPLY)

        assert TICKET in desk.drafts
        assert "shared_draft_id" not in json.dumps(sent(calls))

    @pytest.mark.parametrize("kind", ["sms", "telegram personal-message", "phone", "note"])
    async def test_channel_that_takes_no_mail_is_told_before_any_call(
        self, connector: ZammadConnector, desk: ZammadDesk, calls: CallList, kind: str
    ) -> None:
        desk.threads[TICKET][-1]["type"] = kind

        with pytest.raises(Rejected, match="by e-mail only"):
            await connector.write(await connector.fetch(TICKET), REPLY, Change(["ai"]))

        assert sent(calls) == []

    async def test_requester_without_an_address_is_told(self, connector: ZammadConnector) -> None:
        ticket = await connector.fetch(TICKET)
        unknown = dataclasses.replace(ticket, requester=dataclasses.replace(ticket.requester, email=None))

        with pytest.raises(Rejected, match="no e-mail address"):
            await connector.write(unknown, REPLY)

    async def test_reply_that_comes_back_internal_is_told(self, connector: ZammadConnector, desk: ZammadDesk) -> None:
        desk.scripted["POST /ticket_articles"] = 201, recorded("article_created__note")

        with pytest.raises(Rejected, match="meant for the requester"):
            await connector.write(await connector.fetch(TICKET), REPLY)


class TestDrafts:
    async def test_draft_waits_in_the_composer_addressed_and_marked(
        self, connector: ZammadConnector, calls: CallList
    ) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), DRAFT)

        ((method, path, body),) = sent(calls)
        assert (method, path) == ("PUT", "/tickets/81/shared_draft")
        assert body["new_article"] == {
            "body": DRAFT.body,
            "type": "email",
            "internal": False,
            "content_type": "text/html",
            "to": "rita@customer.example",
            "cc": "",
            "subject": "Parcel late",
            "in_reply_to": "<106@customer.example>",
            "ticket_id": 81,
            "preferences": MARKED,
        }
        assert (receipt.entry_id, receipt.visibility) == ("draft:9", Visibility.DRAFT)

    async def test_newer_draft_takes_the_place_of_our_own(
        self, connector: ZammadConnector, desk: ZammadDesk, calls: CallList
    ) -> None:
        newer = DraftReply("<p>Newer words</p>", dataclasses.replace(MARK, value="cs-newer"))
        await connector.write(await connector.fetch(TICKET), DRAFT)
        await connector.write(await connector.fetch(TICKET), newer)

        assert [method for method, _, _ in sent(calls)] == ["PUT", "PATCH"]
        assert desk.drafts[TICKET]["new_article"]["body"] == "<p>Newer words</p>"

    async def test_colleagues_draft_is_never_written_over(
        self, connector: ZammadConnector, desk: ZammadDesk, calls: CallList
    ) -> None:
        ticket = await connector.fetch(TICKET)
        desk.colleague_types(TICKET)

        with pytest.raises(DraftInTheWay, match="colleague's shared draft"):
            await connector.write(ticket, DRAFT, Change(["ai"], Priority.HIGH))

        assert sent(calls) == []

    async def test_our_draft_that_a_colleague_changed_is_not_ours_any_more(
        self, connector: ZammadConnector, desk: ZammadDesk
    ) -> None:
        await connector.write(await connector.fetch(TICKET), DRAFT)
        desk.drafts[TICKET]["updated_by_id"] = ANN

        with pytest.raises(DraftInTheWay, match="colleague's shared draft"):
            await connector.write(await connector.fetch(TICKET), DRAFT)

    async def test_account_without_shared_drafts_refuses_one_before_any_call(self, calls: CallList) -> None:
        connector = ZammadConnector.connect(dataclasses.replace(ACCOUNT, options={}))
        ticket = await connector.fetch(TICKET)

        with pytest.raises(Rejected, match=r"options\.shared_drafts"):
            await connector.write(ticket, DRAFT, Change(["ai"]))
        await connector.close()

        assert sent(calls) == []

    async def test_draft_that_was_not_kept_is_not_called_written(
        self, connector: ZammadConnector, desk: ZammadDesk
    ) -> None:
        desk.scripted["PUT /tickets/81/shared_draft"] = 201, recorded("shared_draft__colleague")

        with pytest.raises(Unavailable) as caught:
            await connector.write(await connector.fetch(TICKET), DRAFT)

        assert caught.value.may_be_stored


class TestRouting:
    async def test_ids_and_names_are_both_taken(self, connector: ZammadConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(team="4", assignee=str(ANN)))

        assert sent(calls)[0][2] == {"group_id": 4, "owner_id": ANN}

    async def test_ticket_that_is_put_off_says_until_when(self, connector: ZammadConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(status=Status.PENDING))

        fields = sent(calls)[0][2]
        until = datetime.fromisoformat(fields["pending_time"]) - datetime.now(UTC)
        assert fields["state"] == "pending reminder"
        assert timedelta(days=2, hours=23) < until <= timedelta(days=3)

    async def test_urgent_is_high_where_nobody_names_another(self, calls: CallList) -> None:
        connector = ZammadConnector.connect(dataclasses.replace(ACCOUNT, options={}))

        await connector.write(await connector.fetch(TICKET), None, Change(priority=Priority.URGENT))
        await connector.close()

        assert sent(calls)[0][2] == {"priority": "3 high"}

    @pytest.mark.parametrize("status", [Status.HOLD, Status.CLOSED])
    async def test_status_without_a_state_is_rejected_before_any_call(
        self, connector: ZammadConnector, calls: CallList, status: Status
    ) -> None:
        with pytest.raises(Rejected, match=r"options\.states"):
            await connector.write(await connector.fetch(TICKET), NOTE, Change(["ai"], status=status))

        assert sent(calls) == []

    async def test_name_that_zammad_does_not_have_is_rejected(self, connector: ZammadConnector) -> None:
        with pytest.raises(Rejected, match="422"):
            await connector.write(await connector.fetch(TICKET), None, Change(team="Refunds"))

    async def test_owner_whom_zammad_leaves_out_is_told(self, connector: ZammadConnector, desk: ZammadDesk) -> None:
        desk.owners_of_group_3.discard(ANN)

        with pytest.raises(Rejected, match="without an owner"):
            await connector.write(await connector.fetch(TICKET), None, Change(assignee=str(ANN)))

    async def test_owner_who_was_left_out_does_not_hide_that_the_note_is_stored(
        self, connector: ZammadConnector, desk: ZammadDesk
    ) -> None:
        desk.owners_of_group_3.discard(ANN)

        with pytest.raises(Unavailable, match="the message is stored") as caught:
            await connector.write(await connector.fetch(TICKET), NOTE, Change(assignee=str(ANN)))

        assert caught.value.may_be_stored
        assert await connector.find_mark(TICKET, MARK) is not None

    async def test_nothing_to_write_is_told(self, connector: ZammadConnector) -> None:
        with pytest.raises(Rejected, match="nothing to write"):
            await connector.write(await connector.fetch(TICKET), None, Change())

    async def test_change_that_is_true_already_needs_no_call(self, connector: ZammadConnector, calls: CallList) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), None, Change(status=Status.OPEN))

        assert (receipt.entry_id, sent(calls)) == (None, [])

    @pytest.mark.parametrize("tag", ["", " , "])
    async def test_empty_tag_is_rejected_before_any_call(
        self, connector: ZammadConnector, calls: CallList, tag: str
    ) -> None:
        with pytest.raises(Rejected, match="tag is empty"):
            await connector.write(await connector.fetch(TICKET), None, Change([tag]))

        assert sent(calls) == []
