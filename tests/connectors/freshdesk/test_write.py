"""Each write in an order that makes its repetition harmless, and only what was meant."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Change, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import Rejected, Unavailable
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.desk import ACCOUNT, ANN, TICKET, FreshdeskDesk, recorded

PATH = "/api/v2/tickets/452"
MARK = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote("<p>Suggested reply</p><p>cs-0f1e2d3c4b5a69788796</p>", MARK)
REPLY = PublicReply("<p>On its way.</p>", MARK)


def sent(calls: CallList) -> list[tuple[str, Any]]:
    """What each write asked for, in its order, by the last part of the path."""
    writes = [call.request for call in calls if call.request.method != "GET"]
    return [(request.url.path.rpartition("/")[2], json.loads(request.content)) for request in writes]


async def test_note_goes_out_private_and_notifies_nobody(connector: FreshdeskConnector, calls: CallList) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), NOTE)

    assert sent(calls) == [("notes", {"body": NOTE.body, "private": True, "incoming": False, "notify_emails": []})]
    assert (receipt.entry_id, receipt.visibility, receipt.version) == ("43010101", Visibility.INTERNAL, None)


async def test_reply_says_nothing_but_its_words(connector: FreshdeskConnector, calls: CallList) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), REPLY)

    assert sent(calls) == [("reply", {"body": "<p>On its way.</p>"})]
    assert receipt.visibility is Visibility.PUBLIC


@pytest.mark.usefixtures("calls")
async def test_reply_leaves_from_the_address_that_was_configured(calls: CallList) -> None:
    connector = FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, options={"from_email": "help@acme.example"}))

    await connector.write(await connector.fetch(TICKET), REPLY)

    assert sent(calls) == [("reply", {"body": "<p>On its way.</p>", "from_email": "help@acme.example"})]
    await connector.close()


async def test_requester_without_an_address_gets_no_reply(
    connector: FreshdeskConnector, desk: FreshdeskDesk, calls: CallList
) -> None:
    desk.tickets[TICKET]["requester"]["email"] = None

    with pytest.raises(Rejected, match="no e-mail address"):
        await connector.write(await connector.fetch(TICKET), REPLY)

    assert sent(calls) == []


async def test_whole_change_goes_in_one_call_before_the_message(connector: FreshdeskConnector, calls: CallList) -> None:
    change = Change(["AI draft", "vip"], Priority.URGENT, "billing", "ann@acme.example", Status.PENDING)

    await connector.write(await connector.fetch(TICKET), NOTE, change)

    fields = {"priority": 4, "group_id": 43000032, "responder_id": ANN, "status": 3}
    assert sent(calls)[0] == ("452", {**fields, "tags": ["shipping", "VIP", "AI draft"]})
    assert [path for path, _ in sent(calls)] == ["452", "notes"]


async def test_tag_that_somebody_added_since_the_reading_is_kept(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    ticket = await connector.fetch(TICKET)
    desk.tickets[TICKET]["tags"].append("legal")

    await connector.write(ticket, NOTE, Change(["ai"]))

    assert desk.tickets[TICKET]["tags"] == ["shipping", "VIP", "legal", "ai"]


async def test_tags_that_are_there_already_are_not_written(connector: FreshdeskConnector, calls: CallList) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change(["vip"]))

    assert sent(calls) == []


@pytest.mark.parametrize(
    "answer", [{"id": 452, "tags": ["shipping"]}, {"id": 452}, {"id": 7, "tags": ["shipping", "VIP", "ai"]}, []]
)
async def test_tags_that_were_not_kept_are_told(
    connector: FreshdeskConnector, desk: FreshdeskDesk, answer: Any
) -> None:
    desk.scripted[f"PUT {PATH}"] = 200, answer

    with pytest.raises(Unavailable) as caught:
        await connector.write(await connector.fetch(TICKET), None, Change(["ai"]))

    assert caught.value.may_be_stored


async def test_agent_whom_freshdesk_did_not_assign_is_told(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    desk.tickets[TICKET]["responder_id"] = None
    desk.assigns = False

    with pytest.raises(Rejected, match=f"did not assign agent {ANN}"):
        await connector.write(await connector.fetch(TICKET), NOTE, Change(assignee=str(ANN)))


class TestStatus:
    async def test_reply_reaches_the_requester_before_the_news_of_resolving(
        self, connector: FreshdeskConnector, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), REPLY, Change(["ai"], status=Status.SOLVED))

        assert [path for path, _ in sent(calls)] == ["452", "reply", "452"]
        assert sent(calls)[-1][1] == {"status": 4}

    async def test_note_comes_last_also_when_the_ticket_is_resolved(
        self, connector: FreshdeskConnector, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), NOTE, Change(status=Status.SOLVED))

        assert [path for path, _ in sent(calls)] == ["452", "notes"]

    async def test_reply_that_is_stored_is_not_forgotten_when_resolving_fails(
        self, connector: FreshdeskConnector, desk: FreshdeskDesk
    ) -> None:
        ticket = await connector.fetch(TICKET)
        desk.scripted[f"PUT {PATH}"] = 400, recorded("error__validation_failed")

        with pytest.raises(Unavailable, match="the reply is stored") as caught:
            await connector.write(ticket, REPLY, Change(status=Status.SOLVED))

        assert caught.value.may_be_stored

    async def test_status_that_it_has_already_is_not_written(
        self, connector: FreshdeskConnector, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(status=Status.OPEN))

        assert sent(calls) == []

    @pytest.mark.usefixtures("calls")
    async def test_status_of_the_accounts_own_making_is_written_by_its_number(self, calls: CallList) -> None:
        connector = FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, options={"statuses": {"hold": 7}}))

        await connector.write(await connector.fetch(TICKET), None, Change(status=Status.HOLD))

        assert sent(calls) == [("452", {"status": 7})]
        await connector.close()


class TestVisibility:
    async def test_note_that_comes_back_public_is_an_alarm(
        self, connector: FreshdeskConnector, desk: FreshdeskDesk
    ) -> None:
        desk.make_public = True

        with pytest.raises(Rejected, match=r"ALARM: note 43010101 on ticket 452 .* stored as PUBLIC"):
            await connector.write(await connector.fetch(TICKET), NOTE)

    async def test_reply_that_comes_back_private_is_told(
        self, connector: FreshdeskConnector, desk: FreshdeskDesk
    ) -> None:
        desk.scripted[f"POST {PATH}/reply"] = 201, recorded("note_created")

        with pytest.raises(Rejected, match="meant for the requester"):
            await connector.write(await connector.fetch(TICKET), REPLY)

    @pytest.mark.parametrize("answer", [{}, {"id": 1}, {"id": 1, "private": None}, {"private": True}, []])
    async def test_note_whose_answer_does_not_say_what_was_kept_may_be_stored(
        self, connector: FreshdeskConnector, desk: FreshdeskDesk, answer: Any
    ) -> None:
        desk.scripted[f"POST {PATH}/notes"] = 201, answer

        with pytest.raises(Unavailable) as caught:
            await connector.write(await connector.fetch(TICKET), NOTE)

        assert caught.value.may_be_stored


async def test_placeholder_in_a_message_is_not_expanded(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    body = "<p>{{ticket.requester.email}} and {\x00{ticket.id}}</p>"

    await connector.write(await connector.fetch(TICKET), PublicReply(body, MARK))

    stored = desk.threads[TICKET][-1]["body_text"]
    assert "rita@" not in stored
    assert "ticket.requester.email" in stored
    assert "ticket.id" in stored


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change(team="Refunds"), "no group 'Refunds'"),
        (Change(assignee="Nobody"), "no agent 'Nobody'"),
        (Change(tags_added=[" , "]), "no character"),
        (Change(status=Status.NEW), r"options\.statuses"),
        (Change(), "nothing to write"),
    ],
)
async def test_change_that_cannot_be_made_is_rejected_before_the_first_write(
    connector: FreshdeskConnector, calls: CallList, change: Change, told: str
) -> None:
    with pytest.raises(Rejected, match=told):
        await connector.write(await connector.fetch(TICKET), None, change)

    assert sent(calls) == []


async def test_agent_and_team_by_number_need_no_right_to_read_names(
    connector: FreshdeskConnector, desk: FreshdeskDesk, calls: CallList
) -> None:
    desk.missing.add("names")

    await connector.write(await connector.fetch(TICKET), None, Change(team="43000032", assignee=str(ANN)))

    assert sent(calls) == [("452", {"group_id": 43000032, "responder_id": ANN})]


async def test_comma_does_not_make_two_tags_of_one(connector: FreshdeskConnector, calls: CallList) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change(["ai, draft " + "x" * 40]))

    assert sent(calls)[0][1]["tags"][-1] == "ai draft " + "x" * 23
