"""One call and one transaction, and only what was meant."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import (
    Action,
    Change,
    DraftReply,
    InternalNote,
    Mark,
    Priority,
    PublicReply,
    Status,
    Visibility,
    text_hash,
)
from connectors.errors import (
    AuthFailed,
    Misconfigured,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
    WriteConflict,
)
from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.salesforce.desk import ANN, ME, TICKET, SalesforceDesk, recorded
from tests.connectors.salesforce.test_settings import account

WORDS = "It left on Monday.\n\nAnn & the team"
MARK = Mark("cs-aaaabbbbccccdddd2", text_hash(WORDS), datetime(2026, 9, 1, tzinfo=UTC))
NOTE = InternalNote(f"{WORDS}\n\n{MARK.value}", MARK)
DRAFT, REPLY = DraftReply(WORDS, MARK), PublicReply(WORDS, MARK)


def sent(calls: CallList) -> list[dict[str, Any]]:
    """The steps that change something, in their order."""
    calls_made = [json.loads(call.request.content) for call in calls if call.request.url.path.endswith("/composite")]
    return [step for one in calls_made for step in one["compositeRequest"] if step["method"] != "GET"]


def mails(calls: CallList) -> list[dict[str, Any]]:
    posts = [call.request for call in calls if call.request.url.path.endswith("/emailSimple")]
    return [mail for one in posts for mail in json.loads(one.content)["inputs"]]


async def test_a_note_is_an_internal_comment_and_says_so(connector: SalesforceConnector, calls: CallList) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), NOTE)

    (step,) = sent(calls)
    assert step["url"].endswith("/sobjects/CaseComment")
    assert step["body"] == {"ParentId": TICKET, "CommentBody": NOTE.body, "IsPublished": False}
    assert (str(receipt.entry_id)[:3], receipt.visibility) == ("00a", Visibility.INTERNAL)


async def test_a_draft_answers_the_requesters_newest_email_under_its_mark(
    connector: SalesforceConnector, calls: CallList
) -> None:
    ticket = await connector.fetch(TICKET)

    receipt = await connector.write(ticket, DRAFT)

    (step,) = sent(calls)
    assert step["body"] == {
        "ParentId": TICKET,
        "Incoming": False,
        "Status": "5",
        "IsPrivateDraft": False,
        "Subject": "Re: Parcel late",
        "TextBody": WORDS,
        "HtmlBody": "It left on Monday.<br>\n<br>\nAnn &amp; the team",
        "Countersign_Mark__c": MARK.value,
        "FromAddress": "support@acme.example",
        "ToAddress": "rita@customer.example",
        "ReplyToEmailMessageId": ticket.messages[0].id,
    }
    assert receipt.visibility is Visibility.DRAFT


async def test_a_change_and_a_note_are_one_transaction_for_the_case_that_was_read(
    connector: SalesforceConnector, desk: SalesforceDesk, calls: CallList
) -> None:
    ticket = await connector.fetch(TICKET)
    change = Change(["late; very", "vip"], Priority.URGENT, None, "ann@acme.example", Status.PENDING)

    receipt = await connector.write(ticket, NOTE, change)

    patch, note = sent(calls)
    assert patch["body"] == {
        "Countersign_Tags__c": "shipping;vip;late very",
        "Priority": "Critical",
        "Status": "On Hold",
        "OwnerId": ANN,
    }
    assert patch["httpHeaders"] == {
        "If-Unmodified-Since": "Tue, 01 Sep 2026 10:00:00 GMT",
        "Sforce-Auto-Assign": "FALSE",
    }
    assert note["body"]["CommentBody"] == NOTE.body
    after = await connector.fetch(TICKET)
    assert (after.tags, after.status, after.priority) == (
        ["shipping", "vip", "late very"],
        Status.PENDING,
        Priority.URGENT,
    )
    assert receipt.version == after.version


@pytest.mark.parametrize("action", [NOTE, DRAFT])
async def test_a_case_that_changed_since_takes_nothing(
    connector: SalesforceConnector, desk: SalesforceDesk, action: Action
) -> None:
    old = await connector.fetch(TICKET)
    desk.touch(Priority="Low")
    before = json.dumps(desk.tables)

    for change in (None, Change(["late"])):
        with pytest.raises(WriteConflict):
            await connector.write(old, action, change)

    assert json.dumps(desk.tables) == before


async def test_a_reply_with_a_change_is_not_sent_for_a_case_that_changed(
    connector: SalesforceConnector, desk: SalesforceDesk, calls: CallList
) -> None:
    old = await connector.fetch(TICKET)
    desk.touch(Priority="Low")

    with pytest.raises(WriteConflict):
        await connector.write(old, REPLY, Change(["late"]))

    assert mails(calls) == []


async def test_a_time_that_is_not_whole_never_makes_a_write_impossible(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.case()["SystemModstamp"] = "2026-09-01T10:00:00.734+0000"

    assert (await connector.write(await connector.fetch(TICKET), NOTE)).entry_id


async def test_a_step_that_fails_takes_the_others_back(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    desk.fails["entry0"] = 400, recorded("error__too_long")
    ticket = await connector.fetch(TICKET)

    with pytest.raises(Rejected, match="POST /sobjects/CaseComment: 400 STRING_TOO_LONG"):
        await connector.write(ticket, NOTE, Change(["late"]))

    assert (await connector.fetch(TICKET)) == ticket


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, "locked", Unavailable),
        (400, "access", AuthFailed),
        (403, "limit", RateLimited),
        (404, "not_found", NotFound),
        (500, "too_long", Unavailable),
    ],
)
async def test_a_failed_step_speaks_our_errors_and_stored_nothing(
    connector: SalesforceConnector, desk: SalesforceDesk, status: int, error: str, expected: type[Exception]
) -> None:
    desk.fails["entry0"] = status, recorded(f"error__{error}")

    with pytest.raises(expected) as caught:
        await connector.write(await connector.fetch(TICKET), NOTE)

    assert not getattr(caught.value, "may_be_stored", False)


@pytest.mark.parametrize("action", [NOTE, DRAFT])
async def test_an_entry_that_comes_back_visible_is_an_alarm(
    connector: SalesforceConnector, desk: SalesforceDesk, action: Action
) -> None:
    desk.publishes = True

    with pytest.raises(Rejected, match=rf"ALARM: entry 0\w+ on case {TICKET}"):
        await connector.write(await connector.fetch(TICKET), action)


async def test_a_long_note_becomes_several_comments_and_is_read_as_one(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    body = "\n".join(f"{line}. Ärger, and a sentence that goes on." for line in range(300)) + f"\n\n{MARK.value}"

    receipt = await connector.write(await connector.fetch(TICKET), InternalNote(body, MARK))

    stored = [row["CommentBody"] for row in desk.tables["CaseComment"][1:]]
    assert len(stored) == 4
    assert all(len(one.encode()) <= 4000 for one in stored)
    (note,) = [one for one in (await connector.fetch(TICKET)).messages if one.id == receipt.entry_id]
    assert note.body == body


async def test_an_entry_that_is_not_shown_afterwards_may_be_stored(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.fails["comments"] = 200, {"done": True, "records": []}

    with pytest.raises(Unavailable) as caught:
        await connector.write(await connector.fetch(TICKET), NOTE)

    assert caught.value.may_be_stored


async def test_a_reply_goes_to_the_requester_alone_and_bears_no_mark(
    connector: SalesforceConnector, calls: CallList
) -> None:
    ticket = await connector.fetch(TICKET)

    receipt = await connector.write(ticket, REPLY)

    (mail,) = mails(calls)
    assert mail["emailAddresses"] == "rita@customer.example"
    assert (mail["emailBody"], mail["sendRichBody"], mail["senderAddress"]) == (WORDS, False, "support@acme.example")
    assert mail["addThreadingTokenToSubject"] is True
    assert MARK.value not in json.dumps(mail)
    after = await connector.fetch(TICKET)
    assert (receipt.entry_id, receipt.version) == (after.messages[-1].id, after.version)


async def test_a_reply_that_salesforce_sent_and_did_not_log_is_sent(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    """Whoever took it for a failure would send it again."""
    desk.logs_mail = False

    receipt = await connector.write(await connector.fetch(TICKET), REPLY)

    assert (receipt.entry_id, receipt.visibility) == (None, Visibility.PUBLIC)


async def test_a_reply_that_cannot_be_looked_at_afterwards_is_sent(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    ticket = await connector.fetch(TICKET)
    desk.missing.add("read EmailMessage")

    receipt = await connector.write(ticket, REPLY)

    assert (receipt.entry_id, receipt.visibility) == (None, Visibility.PUBLIC)


async def test_a_reply_that_was_not_sent_says_why(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    desk.sends = 200, recorded("action__refused")

    with pytest.raises(Rejected, match="SINGLE_EMAIL_LIMIT_EXCEEDED"):
        await connector.write(await connector.fetch(TICKET), REPLY)


@pytest.mark.parametrize("kind", [DraftReply, PublicReply])
@pytest.mark.parametrize("field", ["{!Case.ContactEmail}", "{{{Contact.Email}}}", "{\u200b{{Contact.Email}}}"])
async def test_a_merge_field_is_not_expanded(
    connector: SalesforceConnector, desk: SalesforceDesk, kind: type[DraftReply | PublicReply], field: str
) -> None:
    await connector.write(await connector.fetch(TICKET), kind(f"See {field} here", MARK))

    stored = desk.tables["EmailMessage"][-1]
    assert "rita@" not in f"{stored['TextBody']}{stored['HtmlBody']}"
    assert "Email" in stored["TextBody"]


@pytest.mark.parametrize(
    ("options", "action", "change", "error"),
    [
        ({"email_drafts": False}, DRAFT, None, Rejected),
        ({"from_address": None}, REPLY, None, Rejected),
        ({"replies": False}, REPLY, None, Rejected),
        ({"routing": False}, NOTE, Change(["late"]), Rejected),
        ({"tags_field": None}, NOTE, Change(["late"]), Misconfigured),
        ({}, None, None, Rejected),
        ({}, NOTE, Change([" ; "]), Rejected),
        ({}, NOTE, Change(status=Status.HOLD), Rejected),
        ({}, InternalNote("x" * 80_000, MARK), None, Rejected),
        ({}, DraftReply("&" * 40_000, MARK), None, Rejected),
        ({}, PublicReply("x" * 131_073, MARK), None, Rejected),
    ],
)
async def test_what_cannot_be_written_is_refused_before_any_call(
    connector: SalesforceConnector,
    calls: CallList,
    options: dict[str, Any],
    action: Action | None,
    change: Change | None,
    error: type[Exception],
) -> None:
    ticket = await connector.fetch(TICKET)
    other = SalesforceConnector.connect(account(**options))
    before = len(calls)

    with pytest.raises(error):
        await other.write(ticket, action, change)

    assert len(calls) == before
    await other.close()


async def test_a_requester_without_an_address_gets_no_reply(connector: SalesforceConnector, calls: CallList) -> None:
    ticket = await connector.fetch(TICKET)
    nobody = dataclasses.replace(ticket, requester=dataclasses.replace(ticket.requester, email=None))

    with pytest.raises(Rejected, match="no e-mail address"):
        await connector.write(nobody, REPLY)


@pytest.mark.parametrize(
    ("change", "owner"),
    [
        (Change(team="billing"), "00G5g00000BiLlGAA4"),
        (Change(assignee="Ann Agent"), ANN),
        (Change(assignee=ANN[:15]), ANN),
        (Change(team="Billing", assignee="ann@acme.example.prod"), ANN),
    ],
)
async def test_an_owner_is_found_by_what_people_call_it(
    connector: SalesforceConnector, desk: SalesforceDesk, change: Change, owner: str
) -> None:
    await connector.write(await connector.fetch(TICKET), None, change)

    assert desk.case()["OwnerId"][:15] == owner[:15]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(team="Returns"), "no queues called 'Returns'"),
        (Change(team="x' OR Name != '"), "no queues"),
        (Change(assignee="rita@customer.example"), "no agents"),
        (Change(assignee="\\' OR UserType = 'Standard"), "no agents"),
    ],
)
async def test_an_owner_that_does_not_exist_is_refused_before_the_write(
    connector: SalesforceConnector, calls: CallList, change: Change, said: str
) -> None:
    ticket = await connector.fetch(TICKET)

    with pytest.raises(Rejected, match=said):
        await connector.write(ticket, NOTE, change)

    assert sent(calls) == []


async def test_a_version_of_somebody_else_is_refused(connector: SalesforceConnector) -> None:
    ticket = dataclasses.replace(await connector.fetch(TICKET), version="17")

    with pytest.raises(Rejected, match="version"):
        await connector.write(ticket, NOTE)


async def test_our_own_draft_makes_no_later_write_stale(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    ticket = await connector.fetch(TICKET)

    first = await connector.write(ticket, DRAFT)
    second = await connector.write(dataclasses.replace(ticket, version=str(first.version)), NOTE)

    assert first.version == ticket.version != second.version
    assert [row["CreatedById"] for row in (desk.tables["EmailMessage"][-1], desk.tables["CaseComment"][-1])] == [ME, ME]
