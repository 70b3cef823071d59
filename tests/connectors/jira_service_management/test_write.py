"""A note that no customer sees, a reply word for word, and only what was meant."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Change, DraftReply, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import Rejected, Unavailable
from connectors.jira_service_management.connector import JiraServiceManagementConnector as Connector
from tests.connectors.jira_service_management.deliveries import connected
from tests.connectors.jira_service_management.desk import ANN, BO, TICKET, JiraDesk, recorded

MARK = Mark("cs-0f1e2d3c4b5a69788", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote(f"Suggested *reply*\n\n{MARK.value}", MARK)
REPLY = PublicReply("It left.\nToday, [~accountid:x] {quote}.\n\nBye", MARK)
ISSUE, REQUEST = f"/rest/api/3/issue/{TICKET}", f"/rest/servicedeskapi/request/{TICKET}"


def sent(calls: CallList) -> list[tuple[str, str, Any]]:
    """What each write asked for, in its order: method, path and body."""
    writes = [call.request for call in calls if call.request.method != "GET"]
    return [(one.method, one.url.path, json.loads(one.content)) for one in writes]


class TestNotes:
    async def test_note_goes_through_the_service_desk_and_says_that_it_is_internal(
        self, connector: Connector, calls: CallList
    ) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), NOTE)

        body = {"body": f"Suggested \\*reply*\n\n{MARK.value}", "public": False}
        assert sent(calls) == [("POST", f"{REQUEST}/comment", body)]
        assert (receipt.entry_id, receipt.visibility, receipt.version) == ("21001", Visibility.INTERNAL, None)

    async def test_note_that_comes_back_public_is_an_alarm(self, connector: Connector, desk: JiraDesk) -> None:
        desk.make_public = True

        with pytest.raises(Rejected, match=r"ALARM: comment 21001 on issue 10081 .* stored as PUBLIC"):
            await connector.write(await connector.fetch(TICKET), NOTE)

    @pytest.mark.parametrize("told", [{"public": None}, {"public": "false"}, {"id": None}])
    async def test_note_that_does_not_say_who_sees_it_may_be_stored(
        self, connector: Connector, desk: JiraDesk, told: dict[str, object]
    ) -> None:
        desk.scripted[f"POST {REQUEST}/comment"] = 201, {**recorded("request_comment_created"), **told}

        with pytest.raises(Unavailable, match="who can see it") as caught:
            await connector.write(await connector.fetch(TICKET), NOTE)

        assert caught.value.may_be_stored

    async def test_markup_of_a_note_calls_nobody_and_hides_no_link(self, connector: Connector, desk: JiraDesk) -> None:
        words = "[~accountid:5b1] [here|https://evil.example] {jql} \\{x}"

        await connector.write(await connector.fetch(TICKET), InternalNote(words, MARK))

        stored = json.dumps(desk.comments[TICKET][-1]["body"])
        assert '"mention"' not in stored
        assert '"link"' not in stored
        assert "jql" in stored


class TestReplies:
    async def test_reply_is_a_document_with_the_mark_that_nobody_sees(
        self, connector: Connector, desk: JiraDesk, calls: CallList
    ) -> None:
        receipt = await connector.write(await connector.fetch(TICKET), REPLY)

        ((method, path, body),) = sent(calls)
        assert (method, path) == ("POST", f"{ISSUE}/comment")
        assert body["properties"] == [{"key": "countersign", "value": {"mark": MARK.value}}]
        assert MARK.value not in json.dumps(body["body"])
        assert body["body"]["content"][0]["content"][2] == {"type": "text", "text": "Today, [~accountid:x] {quote}."}
        assert (receipt.entry_id, receipt.visibility) == (desk.comments[TICKET][-1]["id"], Visibility.PUBLIC)

    async def test_reply_that_comes_back_internal_is_told(self, connector: Connector, desk: JiraDesk) -> None:
        desk.make_internal = True

        with pytest.raises(Rejected, match="meant for the requester"):
            await connector.write(await connector.fetch(TICKET), REPLY)

    async def test_reply_that_does_not_say_who_sees_it_may_be_stored(
        self, connector: Connector, desk: JiraDesk
    ) -> None:
        desk.scripted[f"POST {ISSUE}/comment"] = 201, {"id": "20111", "body": {}}

        with pytest.raises(Unavailable) as caught:
            await connector.write(await connector.fetch(TICKET), REPLY)

        assert caught.value.may_be_stored

    async def test_solving_comes_after_the_reply(self, connector: Connector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), REPLY, Change(["done"], status=Status.SOLVED))

        assert [path.rpartition("/")[2] for _, path, _ in sent(calls)] == [TICKET, "comment", "transitions"]

    async def test_solving_that_fails_says_that_the_reply_is_stored(self, connector: Connector, desk: JiraDesk) -> None:
        desk.scripted[f"POST {ISSUE}/transitions"] = 400, recorded("error__bad_request")

        with pytest.raises(Unavailable, match="the reply is stored") as caught:
            await connector.write(await connector.fetch(TICKET), REPLY, Change(status=Status.SOLVED))

        assert caught.value.may_be_stored


class TestRouting:
    async def test_all_of_it_comes_before_the_note(self, connector: Connector, calls: CallList) -> None:
        change = Change(["ai draft", "vip"], Priority.HIGH, "Billing", "bo@acme.example", Status.PENDING)

        await connector.write(await connector.fetch(TICKET), NOTE, change)

        update, move, _ = sent(calls)
        assert update == (
            "PUT",
            ISSUE,
            {
                "fields": {
                    "priority": {"name": "High"},
                    "customfield_10050": {"value": "Billing"},
                    "assignee": {"accountId": BO},
                },
                "update": {"labels": [{"add": "ai_draft"}]},
            },
        )
        assert move == ("POST", f"{ISSUE}/transitions", {"transition": {"id": "851"}})

    async def test_team_may_be_a_component(self, desk: JiraDesk, calls: CallList) -> None:
        connector = connected(team_field="components")

        await connector.write(await connector.fetch(TICKET), None, Change(team="Billing"))
        await connector.close()

        assert sent(calls)[0][2] == {"update": {"components": [{"add": {"name": "Billing"}}]}}

    async def test_resolution_goes_with_what_ends_a_request(self, desk: JiraDesk, calls: CallList) -> None:
        connector = connected(resolution="Done")

        await connector.write(await connector.fetch(TICKET), None, Change(status=Status.SOLVED))
        await connector.close()

        body = {"transition": {"id": "761"}, "fields": {"resolution": {"name": "Done"}}}
        assert sent(calls) == [("POST", f"{ISSUE}/transitions", body)]

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (Change(status=Status.HOLD), "no transition leads from here to the status 'Pending'"),
            (Change(status=Status.NEW), r"name one in options\.statuses"),
            (Change(assignee="Nobody"), "no agent called 'Nobody'"),
            (Change(assignee="Ann Agent"), "more than one agent"),
            (Change([" "]), "tag is empty"),
            (Change(), "nothing to write"),
        ],
    )
    async def test_change_that_cannot_be_made_is_rejected_before_any_write(
        self, connector: Connector, calls: CallList, change: Change, told: str
    ) -> None:
        with pytest.raises(Rejected, match=told):
            await connector.write(await connector.fetch(TICKET), NOTE if change else None, change)

        assert sent(calls) == []

    async def test_without_a_field_for_teams_it_is_told(self, calls: CallList) -> None:
        connector = connected(team_field=None)

        with pytest.raises(Rejected, match=r"options\.team_field"):
            await connector.write(await connector.fetch(TICKET), NOTE, Change(team="Billing"))
        await connector.close()

        assert sent(calls) == []

    @pytest.mark.parametrize("name", ["ann@acme.example", ANN])
    async def test_assignee_is_found_by_address_or_account(
        self, connector: Connector, calls: CallList, name: str
    ) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(assignee=name))

        assert sent(calls)[0][2] == {"fields": {"assignee": {"accountId": ANN}}}

    async def test_account_that_is_switched_off_is_given_nothing(self, connector: Connector, desk: JiraDesk) -> None:
        rows = [{"accountId": BO, "displayName": "Bo Billing", "active": False}]
        desk.scripted["GET /rest/api/3/user/assignable/search"] = 200, rows

        with pytest.raises(Rejected, match="no agent called"):
            await connector.write(await connector.fetch(TICKET), None, Change(assignee="Bo Billing"))

    async def test_change_that_is_true_already_needs_no_call(self, connector: Connector, calls: CallList) -> None:
        change = Change(["vip"], Priority.NORMAL, status=Status.OPEN)

        receipt = await connector.write(await connector.fetch(TICKET), None, change)

        assert (receipt.entry_id, sent(calls)) == (None, [])

    @pytest.mark.parametrize("call", [f"PUT {ISSUE}", f"POST {ISSUE}/transitions"])
    async def test_answer_where_jira_gives_none_may_be_stored(
        self, connector: Connector, desk: JiraDesk, call: str
    ) -> None:
        desk.scripted[call] = 200, {"surprise": []}

        with pytest.raises(Unavailable) as caught:
            await connector.write(await connector.fetch(TICKET), None, Change(["ai"], status=Status.SOLVED))

        assert caught.value.may_be_stored


async def test_draft_is_refused_before_any_call(connector: Connector, calls: CallList) -> None:
    ticket = await connector.fetch(TICKET)

    with pytest.raises(Rejected, match="keeps no drafts"):
        await connector.write(ticket, DraftReply("On its way.", MARK), Change(["ai"]))

    assert sent(calls) == []
