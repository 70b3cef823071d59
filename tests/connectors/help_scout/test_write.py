"""Each write in an order that makes its repetition harmless, and only what was meant."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Change, DraftReply, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import NotFound, Rejected, Unavailable, WriteConflict
from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.help_scout.desk import ANN, RITA, TICKET, HelpScoutDesk

PATH = "/v2/conversations/8123"
MARK = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote("<p>Draft withheld</p><p>cs-0f1e2d3c4b5a69788796</p>", MARK)
DRAFT = DraftReply("<p>On its way.</p>", MARK)
REPLY = PublicReply("<p>On its way.</p>", MARK)


def sent(calls: CallList) -> list[tuple[str, Any]]:
    """What each write asked for, in its order, by the last part of the path."""
    writes = [call.request for call in calls if call.request.method != "GET" and "token" not in call.request.url.path]
    return [(request.url.path.rpartition("/")[2], json.loads(request.content)) for request in writes]


async def test_draft_waits_for_an_agent_and_leaves_the_status_alone(
    connector: HelpScoutConnector, desk: HelpScoutDesk, calls: CallList
) -> None:
    desk.conversations[TICKET]["status"] = "pending"

    receipt = await connector.write(await connector.fetch(TICKET), DRAFT)

    draft = {"text": DRAFT.body, "status": "pending", "customer": {"id": RITA}, "draft": True}
    assert sent(calls) == [("reply", draft)]
    assert (receipt.entry_id, receipt.visibility, receipt.version) == ("91001", Visibility.DRAFT, None)
    assert desk.conversations[TICKET]["status"] == "pending"


async def test_note_and_reply_say_what_they_are(connector: HelpScoutConnector, calls: CallList) -> None:
    ticket = await connector.fetch(TICKET)
    note, reply = await connector.write(ticket, NOTE), await connector.write(ticket, REPLY)

    assert sent(calls) == [
        ("notes", {"text": NOTE.body, "status": "active"}),
        ("reply", {"text": REPLY.body, "status": "active", "customer": {"id": RITA}, "draft": False}),
    ]
    assert (note.visibility, reply.visibility) == (Visibility.INTERNAL, Visibility.PUBLIC)


async def test_message_comes_after_everything_that_may_be_done_twice(
    connector: HelpScoutConnector, calls: CallList
) -> None:
    change = Change(["AI, Draft", "VIP"], Priority.URGENT, assignee="ann@acme.example", status=Status.PENDING)

    await connector.write(await connector.fetch(TICKET), NOTE, change)

    assert sent(calls) == [
        ("tags", {"tags": ["shipping", "vip", "ai draft", "priority-urgent"]}),
        ("8123", {"op": "replace", "path": "/assignTo", "value": ANN}),
        ("notes", {"text": NOTE.body, "status": "pending"}),
    ]


async def test_reply_and_its_status_go_in_one_call(connector: HelpScoutConnector, calls: CallList) -> None:
    await connector.write(await connector.fetch(TICKET), REPLY, Change(status=Status.SOLVED))

    ((verb, body),) = sent(calls)
    assert (verb, body["status"]) == ("reply", "closed")


async def test_status_beside_a_draft_does_not_wait_for_its_sending(
    connector: HelpScoutConnector, desk: HelpScoutDesk, calls: CallList
) -> None:
    await connector.write(await connector.fetch(TICKET), DRAFT, Change(status=Status.PENDING))

    assert sent(calls)[0] == ("8123", {"op": "replace", "path": "/status", "value": "pending"})
    assert desk.conversations[TICKET]["status"] == "pending"


async def test_status_that_it_has_already_is_not_written(connector: HelpScoutConnector, calls: CallList) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change(status=Status.OPEN))

    assert sent(calls) == []


class TestTags:
    async def test_tag_that_somebody_added_since_the_reading_is_kept(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk
    ) -> None:
        ticket = await connector.fetch(TICKET)
        desk.conversations[TICKET]["tags"].append({"id": 1, "tag": "legal"})

        await connector.write(ticket, NOTE, Change(["ai"]))

        assert [one["tag"] for one in desk.conversations[TICKET]["tags"]] == ["shipping", "vip", "legal", "ai"]

    async def test_tags_that_are_there_already_are_not_written(
        self, connector: HelpScoutConnector, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(["VIP"]))

        assert sent(calls) == []

    async def test_priority_replaces_the_tag_of_another_one_and_no_other_tag(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk, calls: CallList
    ) -> None:
        desk.conversations[TICKET]["tags"].append({"id": 1, "tag": "priority-low"})

        await connector.write(await connector.fetch(TICKET), None, Change(priority=Priority.HIGH))

        assert sent(calls) == [("tags", {"tags": ["shipping", "vip", "priority-high"]})]

    async def test_answer_without_tags_is_not_taken_for_none(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk, calls: CallList
    ) -> None:
        ticket = await connector.fetch(TICKET)
        desk.scripted[f"GET {PATH}"] = 200, {"id": 8123}

        with pytest.raises(Unavailable):
            await connector.write(ticket, None, Change(["ai"]))

        assert sent(calls) == []


class TestVisibility:
    @pytest.mark.parametrize("action", [DRAFT, NOTE])
    async def test_what_was_sent_against_our_word_is_an_alarm(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk, action: DraftReply | InternalNote
    ) -> None:
        ticket = await connector.fetch(TICKET)
        desk.sends_drafts = True
        if action is NOTE:
            desk.scripted[f"GET {PATH}/threads"] = 200, threads_with(desk, {"type": "message"})

        with pytest.raises(Rejected, match=r"ALARM: thread 91001 of conversation 8123 .* stored as SENT"):
            await connector.write(ticket, action)

    async def test_reply_that_was_held_back_is_told(self, connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
        desk.keeps_drafts = True

        with pytest.raises(Rejected, match="meant as public and is stored as draft"):
            await connector.write(await connector.fetch(TICKET), REPLY)

    @pytest.mark.parametrize("told", [{"state": None}, {"id": 7}, {"createdAt": None}])
    async def test_thread_that_cannot_be_read_back_may_be_stored(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk, told: dict[str, object]
    ) -> None:
        ticket = await connector.fetch(TICKET)
        desk.scripted[f"GET {PATH}/threads"] = 200, threads_with(desk, told)

        with pytest.raises(Unavailable) as caught:
            await connector.write(ticket, NOTE)

        assert caught.value.may_be_stored

    async def test_answer_that_names_no_thread_may_have_stored_one(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk
    ) -> None:
        desk.scripted[f"POST {PATH}/notes"] = 201, None

        with pytest.raises(Unavailable, match="does not say what it made") as caught:
            await connector.write(await connector.fetch(TICKET), NOTE)

        assert caught.value.may_be_stored


def threads_with(desk: HelpScoutDesk, told: dict[str, object]) -> dict[str, Any]:
    """A list of threads whose newest is the one that comes next."""
    newest = {**desk.threads[TICKET][0], "id": 91001, "type": "note", "state": "published", **told}
    return {"_embedded": {"threads": [newest]}, "page": {"totalPages": 1, "number": 1}}


class TestManyThreads:
    @pytest.mark.parametrize("action", [DRAFT, NOTE, REPLY])
    async def test_conversation_that_is_full_is_told_before_any_call(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk, calls: CallList, action: Any
    ) -> None:
        desk.conversations[TICKET]["threads"] = 99

        with pytest.raises(Rejected, match="has 99 threads"):
            await connector.write(await connector.fetch(TICKET), action, Change(["ai"]))

        assert sent(calls) == []

    async def test_conversation_that_became_full_meanwhile_is_read_again(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk
    ) -> None:
        ticket = await connector.fetch(TICKET)
        for _ in range(96):
            desk.says(TICKET, ANN, "More.", type="note")

        with pytest.raises(WriteConflict):
            await connector.write(ticket, NOTE)

    async def test_full_conversation_still_takes_a_change(
        self, connector: HelpScoutConnector, desk: HelpScoutDesk, calls: CallList
    ) -> None:
        desk.conversations[TICKET]["threads"] = 100

        await connector.write(await connector.fetch(TICKET), None, Change(["ai"]))

        assert [verb for verb, _ in sent(calls)] == ["tags"]


async def test_variable_in_a_message_is_not_expanded(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    body = "<p>{%customer.email,fallback=you%} and {{x}}</p>"

    await connector.write(await connector.fetch(TICKET), PublicReply(body, MARK))

    stored = desk.threads[TICKET][-1]["body"]
    assert "rita@" not in stored
    assert "customer.email" in stored


async def test_merged_conversation_takes_no_message(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    ticket = await connector.fetch(TICKET)
    desk.merged.add(TICKET)

    with pytest.raises(NotFound):
        await connector.write(ticket, NOTE)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change(team="Refunds"), "no team 'Refunds'"),
        (Change(assignee="Nobody"), "no user 'Nobody'"),
        (Change(team="Billing", assignee="Ann Agent"), "not to both"),
        (Change(tags_added=[" , "]), "no character"),
        (Change(status=Status.HOLD), "no status hold"),
        (Change(), "nothing to write"),
    ],
)
async def test_change_that_cannot_be_made_is_rejected_before_the_first_write(
    connector: HelpScoutConnector, calls: CallList, change: Change, told: str
) -> None:
    with pytest.raises(Rejected, match=told):
        await connector.write(await connector.fetch(TICKET), None, change)

    assert sent(calls) == []


async def test_conversation_can_be_given_to_a_team(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change(team="billing"))

    assert (await connector.fetch(TICKET)).queue == "Billing"
