"""Each write in an order that makes its repetition harmless, and only what was meant."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Change, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import Rejected, Unavailable
from connectors.intercom.connector import IntercomConnector
from tests.connectors.intercom.desk import ACCOUNT, ANN, ME, TICKET, IntercomDesk, reaches_requester, recorded

PATH = f"/conversations/{TICKET}"
MARK = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote("<p>Suggested reply</p>\n<p>cs-0f1e2d3c4b5a69788796</p>", MARK)
REPLY = PublicReply("<p>On its way.</p>", MARK)


def without_attribute() -> Account:
    options = {key: value for key, value in ACCOUNT.options.items() if key != "priority_attribute"}
    return dataclasses.replace(ACCOUNT, options=options)


def sent(calls: CallList) -> list[tuple[str, Any]]:
    """What each write asked for, in its order, by the last part of the path."""
    writes = [call.request for call in calls if call.request.method != "GET"]
    return [(request.url.path.rpartition("/")[2], json.loads(request.content)) for request in writes]


async def test_note_goes_out_as_a_note_of_the_integration_user(connector: IntercomConnector, calls: CallList) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), NOTE)

    note = {"message_type": "note", "type": "admin", "admin_id": ME, "body": NOTE.body}
    assert sent(calls) == [("reply", note)]
    assert (receipt.entry_id, receipt.visibility) == ("91001", Visibility.INTERNAL)


async def test_placeholder_in_a_message_is_no_placeholder_any_more(
    connector: IntercomConnector, calls: CallList
) -> None:
    await connector.write(await connector.fetch(TICKET), PublicReply("<p>Hi {{first_name\x00}}</p>", MARK))

    ((_, reply),) = sent(calls)
    assert reply["body"] == "<p>Hi {\u200a{first_name}}</p>"


async def test_all_of_a_change_comes_before_the_note(connector: IntercomConnector, calls: CallList) -> None:
    change = Change(["ai-draft", "Shipping", "new"], Priority.HIGH, "billing", "ann@acme.example", Status.SOLVED)

    await connector.write(await connector.fetch(TICKET), NOTE, change)

    assert sent(calls)[:-1] == [
        ("tags", {"name": "ai-draft"}),
        ("tags", {"id": "7522908", "admin_id": ME}),
        ("tags", {"name": "new"}),
        ("tags", {"id": "7600002", "admin_id": ME}),
        (TICKET, {"custom_attributes": {"Priority": "high"}}),
        ("parts", {"message_type": "assignment", "type": "team", "admin_id": ME, "assignee_id": "5017692"}),
        ("parts", {"message_type": "assignment", "type": "admin", "admin_id": ME, "assignee_id": ANN}),
        ("parts", {"message_type": "close", "type": "admin", "admin_id": ME}),
    ]
    assert sent(calls)[-1][0] == "reply"


async def test_words_of_a_note_go_in_no_call_that_the_requester_would_see(
    connector: IntercomConnector, calls: CallList
) -> None:
    await connector.write(await connector.fetch(TICKET), NOTE, Change(team="billing", status=Status.SOLVED))

    assert not any(reaches_requester(call.request) for call in calls)


class TestStatus:
    async def test_reply_that_ends_the_conversation_is_one_call(
        self, connector: IntercomConnector, desk: IntercomDesk, calls: CallList
    ) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), REPLY, Change(status=Status.SOLVED))

        assert sent(calls) == [
            ("parts", {"message_type": "close", "type": "admin", "admin_id": ME, "body": REPLY.body})
        ]
        assert receipt.visibility is Visibility.PUBLIC
        assert desk.conversations[TICKET]["state"] == "closed"

    async def test_closed_stays_closed_where_assigning_would_open_it(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        desk.conversations[TICKET]["state"] = "closed"

        await connector.write(await connector.fetch(TICKET), None, Change(team="billing", status=Status.SOLVED))

        assert desk.conversations[TICKET]["state"] == "closed"

    async def test_what_is_so_already_is_left_alone(self, connector: IntercomConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), NOTE, Change(status=Status.OPEN))

        assert [name for name, _ in sent(calls)] == ["reply"]

    async def test_opening_is_said_without_a_type(
        self, connector: IntercomConnector, desk: IntercomDesk, calls: CallList
    ) -> None:
        desk.conversations[TICKET]["state"] = "snoozed"

        await connector.write(await connector.fetch(TICKET), None, Change(status=Status.OPEN))

        assert sent(calls) == [("parts", {"message_type": "open", "admin_id": ME})]

    @pytest.mark.parametrize("status", [Status.HOLD, Status.CLOSED, Status.NEW, Status.PENDING])
    async def test_status_without_an_equal_is_rejected_before_any_call(
        self, connector: IntercomConnector, calls: CallList, status: Status
    ) -> None:
        ticket = await connector.fetch(TICKET)

        with pytest.raises(Rejected, match="cannot be set to"):
            await connector.write(ticket, NOTE, Change(["ai"], status=status))

        assert sent(calls) == []

    async def test_state_that_intercom_does_not_confirm_may_be_stored(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        desk.scripted[f"POST {PATH}/parts"] = 200, recorded("conversation")

        with pytest.raises(Unavailable, match="changed the state") as caught:
            await connector.write(await connector.fetch(TICKET), None, Change(status=Status.SOLVED))

        assert caught.value.may_be_stored


class TestRouting:
    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (Change(assignee="Nobody"), "no teammate 'Nobody'"),
            (Change(assignee="0"), "nobody"),
            (Change(team="00"), "nobody"),
            (Change(team="refunds"), "no team 'refunds'"),
            (Change(tags_added=[" \x00"]), "no character"),
            (Change(), "nothing to write"),
        ],
    )
    async def test_change_that_cannot_be_made_is_rejected_before_any_write(
        self, connector: IntercomConnector, calls: CallList, change: Change, told: str
    ) -> None:
        with pytest.raises(Rejected, match=told):
            await connector.write(await connector.fetch(TICKET), None, change)

        assert sent(calls) == []

    async def test_teammate_that_intercom_does_not_know_is_refused(self, connector: IntercomConnector) -> None:
        with pytest.raises(Rejected):
            await connector.write(await connector.fetch(TICKET), NOTE, Change(assignee="4711"))

    async def test_priority_without_an_attribute_is_a_tag_in_place_of_another(
        self, desk: IntercomDesk, calls: CallList
    ) -> None:
        connector = IntercomConnector.connect(without_attribute())
        await connector.write(await connector.fetch(TICKET), None, Change(priority=Priority.HIGH))

        await connector.write(await connector.fetch(TICKET), NOTE, Change(["ai"], Priority.URGENT))

        ticket = await connector.fetch(TICKET)
        assert (ticket.tags, ticket.priority) == (["shipping", "ai", "priority-urgent"], Priority.URGENT)
        assert sent(calls)[-2:-1] == [("7600002", {"admin_id": ME})]
        await connector.close()

    async def test_priority_that_is_so_already_is_left_alone(self, desk: IntercomDesk, calls: CallList) -> None:
        desk.conversations[TICKET]["tags"]["tags"].append({"type": "tag", "id": "9", "name": "Priority-High"})
        connector = IntercomConnector.connect(without_attribute())

        await connector.write(await connector.fetch(TICKET), NOTE, Change(priority=Priority.HIGH))

        assert [name for name, _ in sent(calls)] == ["reply"]
        await connector.close()

    @pytest.mark.parametrize(
        ("call", "answer", "change"),
        [
            (f"PUT {PATH}", recorded("conversation"), Change(priority=Priority.URGENT)),
            (f"POST {PATH}/parts", recorded("conversation"), Change(team="billing")),
            ("POST /tags", {}, Change(["ai"])),
            (f"POST {PATH}/tags", recorded("tag"), Change(["ai"])),
        ],
    )
    async def test_change_that_intercom_does_not_confirm_may_be_stored(
        self, connector: IntercomConnector, desk: IntercomDesk, call: str, answer: Any, change: Change
    ) -> None:
        desk.scripted[call] = 200, answer

        with pytest.raises(Unavailable) as caught:
            await connector.write(await connector.fetch(TICKET), NOTE, change)

        assert caught.value.may_be_stored


class TestReceipts:
    @pytest.mark.parametrize("action", [NOTE, REPLY])
    async def test_answer_with_the_new_part_alone_is_enough(
        self, connector: IntercomConnector, desk: IntercomDesk, action: InternalNote | PublicReply
    ) -> None:
        desk.answers_with_the_new_part_only = True

        assert (await connector.write(await connector.fetch(TICKET), action)).entry_id == "91001"

    async def test_older_part_of_ours_is_not_taken_for_the_new_one(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        desk.says(TICKET, ME, "<p>earlier</p>", "note")
        ticket = await connector.fetch(TICKET)
        answer = {**recorded("conversation"), "conversation_parts": {"conversation_parts": desk.threads[TICKET]}}
        desk.scripted[f"POST {PATH}/reply"] = 200, answer

        with pytest.raises(Unavailable, match="does not say what it kept") as caught:
            await connector.write(ticket, NOTE)

        assert caught.value.may_be_stored

    async def test_note_that_comes_back_public_is_an_alarm(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        desk.make_public = True

        with pytest.raises(Rejected, match=r"ALARM: note 91001 of conversation 1122334455 .* stored as PUBLIC"):
            await connector.write(await connector.fetch(TICKET), NOTE)

    async def test_reply_that_comes_back_as_a_note_is_told(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        ticket = await connector.fetch(TICKET)
        part = desk.says(TICKET, ME, REPLY.body, "note")
        answer = {**recorded("conversation"), "conversation_parts": {"conversation_parts": [part]}}
        desk.scripted[f"POST {PATH}/reply"] = 200, answer

        with pytest.raises(Rejected, match="meant for the requester"):
            await connector.write(ticket, REPLY)
