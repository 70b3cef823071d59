"""ServiceNow answers 200 to what it leaves as it is: a write looks at what became of it."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Action, Change, InternalNote, Mark, Priority, PublicReply, Status, Visibility, text_hash
from connectors.errors import AuthFailed, Misconfigured, Rejected, Unavailable
from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.servicenow.desk import ANN, ME, RITA, TICKET, ServiceNowDesk
from tests.connectors.servicenow.test_settings import account

MARK = Mark("cs-aaaabbbbccccdddd2", text_hash("It is on its way."), datetime(2026, 9, 1, tzinfo=UTC))
NOTE, REPLY = InternalNote(f"It is on its way.\n\n{MARK.value}", MARK), PublicReply("It is on its way.", MARK)


def sent(calls: CallList) -> list[dict[str, Any]]:
    return [json.loads(call.request.content) for call in calls if call.request.method != "GET"]


async def test_a_note_is_a_work_note_and_a_reply_a_comment_that_shows_no_mark(
    connector: ServiceNowConnector, calls: CallList
) -> None:
    noted = await connector.write(await connector.fetch(TICKET), NOTE)
    replied = await connector.write(await connector.fetch(TICKET), REPLY)

    assert sent(calls) == [{"work_notes": NOTE.body}, {"comments": REPLY.body}]
    assert (noted.visibility, replied.visibility) == (Visibility.INTERNAL, Visibility.PUBLIC)


async def test_message_and_change_are_one_call(connector: ServiceNowConnector, calls: CallList) -> None:
    change = Change(["late, very", "vip"], Priority.URGENT, "hardware", "ann@acme.example", Status.SOLVED)

    receipt = await connector.write(await connector.fetch(TICKET), NOTE, change)

    assert sent(calls) == [
        {
            "u_tags": "hardware,vip,late very",
            "impact": "1",
            "urgency": "1",
            "close_code": "Solved",
            "close_notes": "As told.",
            "state": "6",
            "assignment_group": f"{0x72:032x}",
            "assigned_to": f"{0x12:032x}",
            "work_notes": NOTE.body,
        }
    ]
    after = await connector.fetch(TICKET)
    assert (after.status, after.priority, after.version) == (Status.SOLVED, Priority.URGENT, receipt.version)


async def test_the_priority_of_an_incident_follows_from_impact_and_urgency(connector: ServiceNowConnector) -> None:
    for priority in Priority:
        await connector.write(await connector.fetch(TICKET), None, Change(priority=priority))

        assert (await connector.fetch(TICKET)).priority is priority


async def test_a_case_takes_its_priority_as_it_is(calls: CallList) -> None:
    connector = ServiceNowConnector.connect(account(table="sn_customerservice_case"))
    ticket = await connector.fetch(TICKET)

    await connector.write(ticket, None, Change(priority=Priority.LOW, status=Status.PENDING))

    assert ticket.requester.id == RITA
    assert sent(calls) == [{"priority": "4", "state": "18"}]
    assert (await connector.fetch(TICKET)).status is Status.PENDING
    await connector.close()


@pytest.mark.parametrize(
    ("column", "change", "named"),
    [
        ("state", Change(status=Status.PENDING), "state"),
        ("assignment_group", Change(team="Hardware"), "assignment_group"),
        ("assigned_to", Change(assignee="Carl Copied"), "assigned_to"),
        ("u_tags", Change(["late"]), "u_tags"),
        ("urgency", Change(priority=Priority.URGENT), "priority"),
    ],
)
async def test_a_column_that_stayed_as_it_was_is_an_error_that_names_it(
    connector: ServiceNowConnector, desk: ServiceNowDesk, column: str, change: Change, named: str
) -> None:
    desk.read_only.add(column)

    with pytest.raises(Rejected, match=rf"answered 200 and did not change {named}; entry \w+ is stored"):
        await connector.write(await connector.fetch(TICKET), NOTE, change)


async def test_a_note_that_was_ignored_is_not_taken_for_a_lost_one(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.read_only.add("work_notes")

    with pytest.raises(Rejected, match="answered 200 and kept nothing"):
        await connector.write(await connector.fetch(TICKET), NOTE)


async def test_a_note_that_was_cut_says_so_and_is_not_written_again(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.longest = 4000
    long = InternalNote("word " * 1000 + MARK.value, MARK)

    with pytest.raises(Rejected, match=r"cut entry \w+ on \w+ at 3999 of"):
        await connector.write(await connector.fetch(TICKET), long)


async def test_a_note_that_becomes_a_comment_too_is_an_alarm(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.copies_notes = True

    with pytest.raises(Rejected, match=r"ALARM: a note on \w+ was written as internal and is stored as comment"):
        await connector.write(await connector.fetch(TICKET), NOTE)


async def test_an_update_that_is_stored_as_somebody_elses_is_for_an_admin(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.writes_as = "another.user"

    with pytest.raises(Misconfigured, match=r"'another\.user', but options\.user is 'countersign'"):
        await connector.write(await connector.fetch(TICKET), NOTE)


async def test_a_note_that_cannot_be_seen_afterwards_is_never_written_again(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    ticket = await connector.fetch(TICKET)
    desk.missing.add("see sys_journal_field")

    with pytest.raises(Unavailable) as caught:
        await connector.write(ticket, NOTE)
    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, MARK)

    assert caught.value.may_be_stored


async def test_code_tags_of_a_text_stay_a_text(connector: ServiceNowConnector, desk: ServiceNowDesk) -> None:
    for number, kind in enumerate((InternalNote, PublicReply)):
        text = f"[code]<b>x</b>[/CODE] {MARK.value}{number}"
        mark = Mark(f"{MARK.value}{number}", text_hash(text), MARK.since)
        await connector.write(await connector.fetch(TICKET), kind(text, mark))

    assert "<b>x</b>" in desk.tables["sys_journal_field"][-1]["value"]
    assert "<b>x</b>" in desk.tables["sys_journal_field"][-2]["value"]


@pytest.mark.parametrize(
    ("options", "action", "change", "error"),
    [
        ({"replies": False}, REPLY, None, Rejected),
        ({"routing": False}, NOTE, Change(["late"]), Rejected),
        ({"tags_field": None}, NOTE, Change(["late"]), Misconfigured),
        ({}, None, None, Rejected),
        ({}, NOTE, Change([" , "]), Rejected),
        ({}, NOTE, Change(team="a^ORname!=b"), Rejected),
        ({}, NOTE, Change(assignee="javascript:gs.getUserName()"), Rejected),
        ({}, InternalNote("x" * (1024 * 1024 + 1), MARK), None, Rejected),
    ],
)
async def test_what_cannot_be_written_is_refused_before_any_call(
    connector: ServiceNowConnector,
    calls: CallList,
    options: dict[str, Any],
    action: Action | None,
    change: Change | None,
    error: type[Exception],
) -> None:
    ticket = await connector.fetch(TICKET)
    other = ServiceNowConnector.connect(account(**options))
    before = len(calls)

    with pytest.raises(error):
        await other.write(ticket, action, change)

    assert len(calls) == before
    await other.close()


@pytest.mark.parametrize("name", [ANN, "ANN@acme.example", "Ann Agent", f"{0x12:032x}"])
async def test_an_agent_is_found_by_what_people_call_her(
    connector: ServiceNowConnector, calls: CallList, name: str
) -> None:
    await connector.write(await connector.fetch(TICKET), None, Change(assignee=name))

    assert sent(calls) == [{"assigned_to": f"{0x12:032x}"}]


@pytest.mark.parametrize(
    ("change", "said"), [(Change(team="Returns"), "no groups"), (Change(assignee="nobody@acme.example"), "no users")]
)
async def test_who_does_not_exist_is_refused_before_the_write(
    connector: ServiceNowConnector, calls: CallList, change: Change, said: str
) -> None:
    ticket = await connector.fetch(TICKET)

    with pytest.raises(Rejected, match=said):
        await connector.write(ticket, NOTE, change)

    assert sent(calls) == []


async def test_a_name_that_the_instance_does_not_ask_for_finds_nobody(
    connector: ServiceNowConnector, desk: ServiceNowDesk, calls: CallList
) -> None:
    """Otherwise whoever comes first in the table would be the new owner."""
    desk.ignores.add("name")

    with pytest.raises(Unavailable, match="other rows"):
        await connector.write(await connector.fetch(TICKET), None, Change(team="Hardware"))

    assert sent(calls) == []


async def test_the_requesters_own_words_are_no_reply_of_ours(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.says(TICKET, RITA, REPLY.body)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_the_same_words_from_before_are_another_reply(
    connector: ServiceNowConnector, desk: ServiceNowDesk
) -> None:
    desk.says(TICKET, ME, REPLY.body)

    assert await connector.find_mark(TICKET, MARK)
    assert await connector.find_mark(TICKET, dataclasses.replace(MARK, since=datetime(2999, 1, 1, tzinfo=UTC))) is None
    later = desk.says(TICKET, ME, f"I looked for {MARK.value}")
    assert (await connector.find_mark(TICKET, dataclasses.replace(MARK, text_hash="other"))) is None
    assert later["element"] == "comments"
