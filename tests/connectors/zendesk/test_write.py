"""One conditional call a write, and only what was meant."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Change, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import Rejected, Unavailable, WriteConflict
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.zendesk.desk import ANN, TICKET, ZendeskDesk, recorded

MARK = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote("<p>Suggested reply</p><p>cs-0f1e2d3c4b5a69788796</p>", MARK)


def sent(calls: CallList) -> dict[str, Any]:
    """What the one update asked for."""
    (update,) = [call.request for call in calls if call.request.method != "GET"]
    found: dict[str, Any] = json.loads(update.content)["ticket"]
    return found


async def test_note_goes_out_internal_marked_and_conditional(connector: ZendeskConnector, calls: CallList) -> None:
    await connector.write(await connector.fetch(TICKET), NOTE)

    assert sent(calls) == {
        "comment": {"html_body": NOTE.body, "public": False},
        "metadata": {"countersign_mark": MARK.value},
        "safe_update": True,
        "updated_stamp": "2026-09-01T10:00:00Z",
    }


async def test_message_and_routing_go_in_one_call(connector: ZendeskConnector, calls: CallList) -> None:
    change = Change(["AI draft", "vip"], Priority.HIGH, "Billing", "Ann Agent", Status.PENDING)

    await connector.write(await connector.fetch(TICKET), NOTE, change)

    update = sent(calls)
    assert update["tags"] == ["shipping", "vip", "ai_draft"]
    assert (update["priority"], update["status"]) == ("high", "pending")
    assert (update["group_id"], update["assignee_id"]) == (8447320466431, ANN)


async def test_receipt_names_the_entry_who_sees_it_and_the_new_version(connector: ZendeskConnector) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), PublicReply("<p>On its way.</p>", MARK))

    assert receipt.entry_id == "9210"
    assert receipt.visibility is Visibility.PUBLIC
    assert receipt.version == "2026-09-01T10:00:01Z"
    assert receipt.written_at == datetime(2026, 9, 1, 10, 0, 1, tzinfo=UTC)


async def test_change_that_changed_nothing_still_has_a_receipt(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), None, Change(assignee=str(ANN)))

    assert (receipt.entry_id, receipt.visibility) == (None, None)
    assert receipt.version == desk.tickets[TICKET]["updated_at"]


async def test_note_that_comes_back_public_is_an_alarm(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.make_public = True

    with pytest.raises(Rejected, match=r"ALARM: note 9210 on ticket 5158 .* stored as PUBLIC"):
        await connector.write(await connector.fetch(TICKET), NOTE)


async def test_reply_that_comes_back_internal_is_told(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.scripted["PUT /api/v2/tickets/5158"] = 200, recorded("ticket_updated__note")

    with pytest.raises(Rejected, match="light agent"):
        await connector.write(await connector.fetch(TICKET), PublicReply("<p>On its way.</p>", MARK))


@pytest.mark.parametrize("audit", [None, {}, {"events": []}, {"events": [{"type": "Comment", "id": 1}]}, {"events": 7}])
async def test_update_that_shows_no_message_may_have_stored_it(
    connector: ZendeskConnector, desk: ZendeskDesk, audit: Any
) -> None:
    desk.scripted["PUT /api/v2/tickets/5158"] = 200, {"ticket": {"updated_at": "2026-09-01T10:00:01Z"}, "audit": audit}

    with pytest.raises(Unavailable) as caught:
        await connector.write(await connector.fetch(TICKET), NOTE)

    assert caught.value.may_be_stored


async def test_answer_without_the_ticket_is_no_proof_of_a_change(
    connector: ZendeskConnector, desk: ZendeskDesk
) -> None:
    desk.scripted["PUT /api/v2/tickets/5158"] = 200, {"surprise": []}

    with pytest.raises(Unavailable) as caught:
        await connector.write(await connector.fetch(TICKET), None, Change(["ai"]))

    assert caught.value.may_be_stored


async def test_message_that_zendesk_would_cut_is_refused_before_any_call(
    connector: ZendeskConnector, calls: CallList
) -> None:
    ticket = await connector.fetch(TICKET)
    before = len(calls)

    with pytest.raises(Rejected, match="silently cut"):
        await connector.write(ticket, dataclasses.replace(NOTE, body="ä" * 32_768))

    assert len(calls) == before


async def test_template_in_a_message_is_not_expanded(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    body = "<p>{{ticket.requester.email}}</p>"

    await connector.write(await connector.fetch(TICKET), PublicReply(body, MARK))

    stored = desk.comments[TICKET][-1]["plain_body"]
    assert "rita@" not in stored
    assert "ticket.requester.email" in stored


async def test_text_that_no_request_holds_is_made_fit_before_it_is_neutralised(
    connector: ZendeskConnector, desk: ZendeskDesk
) -> None:
    body = "<p>Half \ud83d and {\x00{ticket.requester.email}}</p>"

    await connector.write(await connector.fetch(TICKET), PublicReply(body, MARK))

    assert desk.comments[TICKET][-1]["plain_body"] == "Half ? and {\u200a{ticket.requester.email}}"


@pytest.mark.parametrize("tag", ["{{ticket.id}}", "{%a%}"])
async def test_template_in_a_tag_is_not_sent(connector: ZendeskConnector, calls: CallList, tag: str) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change([tag]))

    assert "{" not in json.dumps(sent(calls)["tags"])


async def test_stale_version_is_a_conflict_and_stores_nothing(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    ticket = await connector.fetch(TICKET)
    desk.says(TICKET, ANN, "<p>I have this one.</p>", public=True)

    with pytest.raises(WriteConflict):
        await connector.write(ticket, NOTE, Change(["ai"]))

    assert desk.tickets[TICKET]["tags"] == ["shipping", "vip"]


async def test_closed_ticket_is_rejected(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.tickets[TICKET]["status"] = "closed"

    with pytest.raises(Rejected, match="RecordInvalid"):
        await connector.write(await connector.fetch(TICKET), NOTE)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change(team="Refunds"), "no group 'Refunds'"),
        (Change(assignee="Nobody"), "no agents called 'Nobody'"),
        (Change(assignee="ann@elsewhere.example"), "no agents"),
        (Change(tags_added=["!?"]), "no character"),
        (Change(), "nothing to write"),
    ],
)
async def test_change_that_cannot_be_made_is_rejected_before_the_update(
    connector: ZendeskConnector, calls: CallList, change: Change, told: str
) -> None:
    with pytest.raises(Rejected, match=told):
        await connector.write(await connector.fetch(TICKET), None, change)

    assert not [call for call in calls if call.request.method != "GET"]


@pytest.mark.parametrize("name", ["Ann Agent", "ann agent", "ann@acme.example", str(ANN)])
async def test_assignee_is_found_by_name_address_or_id(connector: ZendeskConnector, calls: CallList, name: str) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change(assignee=name))

    assert sent(calls)["assignee_id"] == ANN


async def test_groups_are_read_once_for_a_while(connector: ZendeskConnector, calls: CallList) -> None:
    for team in ("billing", "Support"):
        await connector.write(await connector.fetch(TICKET), None, Change(team=team))

    assert [call.request.url.path for call in calls].count("/api/v2/groups") == 1
