"""Each write in an order that makes its repetition harmless, and only what was meant."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.chatwoot.connector import ChatwootConnector
from connectors.contract import Change, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import Rejected, Unavailable
from tests.connectors.chatwoot.desk import ANN, ME, TICKET, ChatwootDesk, recorded

PATH = "/api/v1/accounts/1/conversations/4312"
MARK = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote("Suggested reply\n\ncs-0f1e2d3c4b5a69788796", MARK)
REPLY = PublicReply("On its way.", MARK)


def sent(calls: CallList) -> list[tuple[str, Any]]:
    """What each write asked for, in its order, by the last part of the path."""
    writes = [call.request for call in calls if call.request.method != "GET"]
    return [(request.url.path.rpartition("/")[2], json.loads(request.content)) for request in writes]


async def test_note_goes_out_private_and_marked(connector: ChatwootConnector, calls: CallList) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), NOTE)

    attributes = {"countersign_mark": MARK.value}
    note = {"content": NOTE.body, "message_type": "outgoing", "private": True, "content_attributes": attributes}
    assert sent(calls) == [("messages", note)]
    assert (receipt.entry_id, receipt.visibility, receipt.version) == ("91001", Visibility.INTERNAL, None)


async def test_message_comes_after_everything_that_may_be_done_twice(
    connector: ChatwootConnector, calls: CallList
) -> None:
    change = Change(["AI draft", "vip"], Priority.NORMAL, "Billing", "ann@acme.example", Status.PENDING)

    await connector.write(await connector.fetch(TICKET), NOTE, change)

    assert sent(calls)[:-1] == [
        ("labels", {"labels": ["shipping", "vip", "ai_draft"]}),
        ("toggle_priority", {"priority": "medium"}),
        ("toggle_status", {"status": "snoozed"}),
        ("assignments", {"team_id": 4}),
        ("assignments", {"assignee_id": ANN}),
    ]
    assert sent(calls)[-1][0] == "messages"


async def test_label_that_somebody_added_since_the_reading_is_kept(
    connector: ChatwootConnector, desk: ChatwootDesk
) -> None:
    ticket = await connector.fetch(TICKET)
    desk.conversations[TICKET]["labels"].append("legal")

    await connector.write(ticket, NOTE, Change(["ai"]))

    assert desk.conversations[TICKET]["labels"] == ["shipping", "vip", "legal", "ai"]


async def test_labels_that_are_there_already_are_not_written(connector: ChatwootConnector, calls: CallList) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change(["VIP"]))

    assert sent(calls) == []


async def test_labels_that_were_not_kept_are_told(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    desk.scripted[f"POST {PATH}/labels"] = 200, {"payload": ["shipping"]}

    with pytest.raises(Unavailable, match="did not keep all labels"):
        await connector.write(await connector.fetch(TICKET), None, Change(["ai"]))


class TestStatus:
    async def test_reply_reaches_the_requester_before_the_survey_of_resolving(
        self, connector: ChatwootConnector, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), REPLY, Change(status=Status.SOLVED))

        assert [name for name, _ in sent(calls)] == ["messages", "toggle_status"]

    async def test_resolving_that_fails_after_the_reply_says_that_the_reply_is_stored(
        self, connector: ChatwootConnector, desk: ChatwootDesk
    ) -> None:
        desk.scripted[f"POST {PATH}/toggle_status"] = 401, recorded("error__unauthorized")

        with pytest.raises(Unavailable, match="the reply is stored") as caught:
            await connector.write(await connector.fetch(TICKET), REPLY, Change(status=Status.SOLVED))

        assert caught.value.may_be_stored

    async def test_opening_leaves_the_conversation_with_whom_it_was(
        self, connector: ChatwootConnector, desk: ChatwootDesk
    ) -> None:
        desk.conversations[TICKET]["status"] = "snoozed"

        await connector.write(await connector.fetch(TICKET), None, Change(status=Status.OPEN))

        assert desk.conversations[TICKET]["meta"]["assignee"]["id"] == ANN

    async def test_opening_what_nobody_had_leaves_it_with_nobody(
        self, connector: ChatwootConnector, desk: ChatwootDesk
    ) -> None:
        desk.conversations[TICKET] |= {"status": "pending"}
        desk.conversations[TICKET]["meta"]["assignee"] = None

        await connector.write(await connector.fetch(TICKET), None, Change(status=Status.OPEN, team="billing"))

        meta = desk.conversations[TICKET]["meta"]
        assert (meta["assignee"], meta["team"]["name"]) == (None, "billing")

    async def test_opening_what_is_open_is_left_alone(self, connector: ChatwootConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), NOTE, Change(status=Status.OPEN))

        assert [name for name, _ in sent(calls)] == ["messages"]

    async def test_status_that_chatwoot_does_not_confirm_may_be_stored(
        self, connector: ChatwootConnector, desk: ChatwootDesk
    ) -> None:
        desk.scripted[f"POST {PATH}/toggle_status"] = 200, {"payload": {"current_status": "open"}}

        with pytest.raises(Unavailable) as caught:
            await connector.write(await connector.fetch(TICKET), None, Change(status=Status.SOLVED))

        assert caught.value.may_be_stored

    @pytest.mark.parametrize("status", [Status.HOLD, Status.CLOSED, Status.NEW])
    async def test_status_without_an_equal_is_rejected_before_any_call(
        self, connector: ChatwootConnector, calls: CallList, status: Status
    ) -> None:
        ticket = await connector.fetch(TICKET)

        with pytest.raises(Rejected, match="has no status"):
            await connector.write(ticket, NOTE, Change(["ai"], status=status))

        assert sent(calls) == []


class TestAssignment:
    @pytest.mark.parametrize("name", ["Ann Agent", "ann agent", "ann@acme.example", str(ANN)])
    async def test_assignee_is_found_by_name_address_or_id(
        self, connector: ChatwootConnector, calls: CallList, name: str
    ) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(assignee=name))

        assert sent(calls) == [("assignments", {"assignee_id": ANN})]

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (Change(assignee="4711"), "no agent '4711'"),
            (Change(assignee="Nobody"), "no agent 'Nobody'"),
            (Change(assignee="Ann"), "more than one agent 'Ann'"),
            (Change(team="refunds"), "no team 'refunds'"),
            (Change(tags_added=["!?"]), "no character"),
            (Change(), "nothing to write"),
        ],
    )
    async def test_change_that_cannot_be_made_is_rejected_before_any_write(
        self, connector: ChatwootConnector, calls: CallList, change: Change, told: str
    ) -> None:
        with pytest.raises(Rejected, match=told):
            await connector.write(await connector.fetch(TICKET), None, change)

        assert sent(calls) == []

    async def test_agent_that_chatwoot_leaves_out_is_told(
        self, connector: ChatwootConnector, desk: ChatwootDesk
    ) -> None:
        desk.scripted[f"POST {PATH}/assignments"] = 200, None

        with pytest.raises(Rejected, match="did not assign agent 5"):
            await connector.write(await connector.fetch(TICKET), NOTE, Change(assignee="5"))

    async def test_lists_of_names_are_read_once_for_a_while(
        self, connector: ChatwootConnector, calls: CallList
    ) -> None:
        for team in ("billing", "Support"):
            await connector.write(await connector.fetch(TICKET), None, Change(team=team))

        assert [call.request.url.path for call in calls].count("/api/v1/accounts/1/teams") == 1


class TestMessages:
    async def test_note_that_comes_back_public_is_an_alarm(
        self, connector: ChatwootConnector, desk: ChatwootDesk
    ) -> None:
        desk.make_public = True

        with pytest.raises(Rejected, match=r"ALARM: note 91001 on conversation 4312 .* stored as PUBLIC"):
            await connector.write(await connector.fetch(TICKET), NOTE)

    async def test_reply_that_comes_back_private_is_told(
        self, connector: ChatwootConnector, desk: ChatwootDesk
    ) -> None:
        desk.scripted[f"POST {PATH}/messages"] = 200, recorded("message_created__note")

        with pytest.raises(Rejected, match="meant for the requester"):
            await connector.write(await connector.fetch(TICKET), REPLY)

    async def test_channel_that_takes_no_reply_is_told_and_a_note_still_goes(
        self, connector: ChatwootConnector, desk: ChatwootDesk, calls: CallList
    ) -> None:
        desk.conversations[TICKET]["can_reply"] = False
        ticket = await connector.fetch(TICKET)

        with pytest.raises(Rejected, match="takes no reply any more"):
            await connector.write(ticket, REPLY)
        await connector.write(ticket, NOTE)

        assert [body["private"] for _, body in sent(calls)] == [True]

    async def test_message_that_chatwoot_would_not_take_is_refused_before_any_call(
        self, connector: ChatwootConnector, calls: CallList
    ) -> None:
        with pytest.raises(Rejected, match="150001 characters"):
            await connector.write(await connector.fetch(TICKET), dataclasses.replace(NOTE, body="x" * 150_001))

        assert sent(calls) == []

    async def test_template_in_a_message_is_not_run(self, connector: ChatwootConnector, desk: ChatwootDesk) -> None:
        await connector.write(
            await connector.fetch(TICKET), PublicReply("{{contact.email}} {\x00{contact.email}}", MARK)
        )

        stored = desk.threads[TICKET][-1]["content"]
        assert "rita@" not in stored
        assert stored.count("contact.email") == 2

    async def test_flood_guard_of_chatwoot_is_a_refusal(self, connector: ChatwootConnector, desk: ChatwootDesk) -> None:
        desk.scripted[f"POST {PATH}/messages"] = 422, recorded("error__too_many_messages")

        with pytest.raises(Rejected):
            await connector.write(await connector.fetch(TICKET), NOTE)


async def test_assignee_is_us_only_where_we_are_told(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change(assignee=str(ME)))

    assert desk.conversations[TICKET]["meta"]["assignee"]["id"] == ME
