"""Each write in an order that makes its repetition harmless, and only what was meant."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Capability, Change, InternalNote, Mark, Priority, PublicReply, Status, Visibility
from connectors.errors import Rejected, Unavailable
from connectors.hubspot.connector import HubspotConnector
from tests.connectors.hubspot.desk import ACCOUNT, CRM_TICKET, SENDER, TICKET, HubspotDesk, recorded

THREAD = f"/conversations/v3/conversations/threads/{TICKET}"
CRM = f"/crm/v3/objects/tickets/{CRM_TICKET}"
MARK = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))
NOTE = InternalNote("<p>Suggested &amp; checked</p>\n<p>cs-0f1e2d3c4b5a69788796</p>", MARK)
REPLY = PublicReply("<p>On its way.</p>", MARK)


def without(*options: str) -> HubspotConnector:
    kept = {key: value for key, value in ACCOUNT.options.items() if key not in options}
    return HubspotConnector.connect(dataclasses.replace(ACCOUNT, options=kept))


def sent(calls: CallList) -> list[tuple[str, Any]]:
    """What each write asked for, in its order, by the last part of the path."""
    writes = [call.request for call in calls if call.request.method != "GET"]
    return [(request.url.path.rpartition("/")[2], json.loads(request.content)) for request in writes]


async def test_note_goes_out_as_a_comment(connector: HubspotConnector, calls: CallList) -> None:
    receipt = await connector.write(await connector.fetch(TICKET), NOTE)

    comment = {"type": "COMMENT", "text": f"Suggested & checked\n{MARK.value}", "richText": NOTE.body}
    assert sent(calls) == [("messages", comment)]
    assert receipt.visibility is Visibility.INTERNAL


async def test_words_for_channels_without_pages_keep_their_lines(connector: HubspotConnector, calls: CallList) -> None:
    listed = "<p>First,<br>second &lt;b&gt;\nstill second.</p><ul><li>one</li>\n<li>{{two}}</li></ul>"

    await connector.write(await connector.fetch(TICKET), dataclasses.replace(NOTE, body=listed))

    ((_, comment),) = sent(calls)
    assert comment["text"] == "First,\nsecond <b> still second.\none\n{\u200a{two}}"


async def test_all_of_a_change_is_one_call_before_the_note(connector: HubspotConnector, calls: CallList) -> None:
    change = Change(["ai;draft", "vip"], Priority.HIGH, "billing", "ann@acme.example", Status.SOLVED)

    await connector.write(await connector.fetch(TICKET), NOTE, change)

    properties = {
        "hs_ticket_priority": "HIGH",
        "hubspot_owner_id": "301",
        "hs_pipeline_stage": "4",
        "ai_team": "billing",
        "ai_tags": "shipping;vip;ai draft",
    }
    assert sent(calls)[:2] == [(CRM_TICKET, {"properties": properties}), (TICKET, {"status": "CLOSED"})]
    assert [name for name, _ in sent(calls)] == [CRM_TICKET, TICKET, "messages"]


class TestReply:
    async def test_it_goes_where_the_requester_wrote_from(self, connector: HubspotConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), REPLY)

        address = {"type": "HS_EMAIL_ADDRESS", "value": "rita@customer.example"}
        assert sent(calls) == [
            (
                "messages",
                {
                    "type": "MESSAGE",
                    "text": "On its way.",
                    "richText": "<p>On its way.</p>",
                    "senderActorId": SENDER,
                    "channelId": "1002",
                    "channelAccountId": "88123",
                    "recipients": [{"recipientField": "TO", "actorId": "V-555", "deliveryIdentifiers": [address]}],
                    "subject": "Re: Parcel late",
                },
            )
        ]

    async def test_it_answers_the_requester_and_not_who_was_copied_in(
        self, connector: HubspotConnector, desk: HubspotDesk, calls: CallList
    ) -> None:
        carl = {"name": "Carl", "deliveryIdentifier": {"type": "HS_EMAIL_ADDRESS", "value": "carl@customer.example"}}
        desk.says(TICKET, "V-555", "<p>Me too.</p>", senders=[carl], subject="Re: Re: Parcel late")

        await connector.write(await connector.fetch(TICKET), REPLY)

        ((_, message),) = sent(calls)
        assert message["recipients"][0]["actorId"] == "V-555"

    async def test_thread_on_which_the_requester_never_wrote_has_no_way_back(
        self, connector: HubspotConnector, desk: HubspotDesk, calls: CallList
    ) -> None:
        desk.happened[TICKET] = [one for one in desk.happened[TICKET] if one.get("direction") != "INCOMING"]

        with pytest.raises(Rejected, match="never wrote"):
            await connector.write(await connector.fetch(TICKET), REPLY)

        assert sent(calls) == []

    async def test_message_that_names_no_channel_is_not_guessed(
        self, connector: HubspotConnector, desk: HubspotDesk, calls: CallList
    ) -> None:
        desk.happened[TICKET][-1]["channelAccountId"] = None

        with pytest.raises(Unavailable, match="the channel and the sender"):
            await connector.write(await connector.fetch(TICKET), REPLY, Change(["ai"]))

        assert sent(calls) == []

    async def test_account_without_a_sender_cannot_reply_and_says_so(self, calls: CallList) -> None:
        connector = without("sender_actor_id")

        assert Capability.PUBLIC_REPLY not in connector.capabilities
        with pytest.raises(Rejected, match=r"options\.sender_actor_id"):
            await connector.write(await connector.fetch(TICKET), REPLY)
        assert sent(calls) == []
        await connector.close()

    async def test_closing_comes_after_the_reply(self, connector: HubspotConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), REPLY, Change(status=Status.SOLVED))

        assert [name for name, _ in sent(calls)] == [CRM_TICKET, "messages", TICKET]

    async def test_closing_that_fails_after_the_reply_says_that_the_reply_is_stored(
        self, connector: HubspotConnector, desk: HubspotDesk
    ) -> None:
        desk.scripted[f"PATCH {THREAD}"] = 403, recorded("error__missing_scopes")

        with pytest.raises(Unavailable, match="the reply is stored") as caught:
            await connector.write(await connector.fetch(TICKET), REPLY, Change(status=Status.SOLVED))

        assert caught.value.may_be_stored


class TestChange:
    async def test_tag_that_somebody_added_since_the_reading_is_kept(
        self, connector: HubspotConnector, desk: HubspotDesk
    ) -> None:
        ticket = await connector.fetch(TICKET)
        desk.tickets[CRM_TICKET]["properties"]["ai_tags"] = "shipping;vip;legal"

        await connector.write(ticket, NOTE, Change(["ai"]))

        assert desk.tickets[CRM_TICKET]["properties"]["ai_tags"] == "shipping;vip;legal;ai"

    async def test_tags_that_are_there_already_are_not_written(
        self, connector: HubspotConnector, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(["vip"]))

        assert sent(calls) == []

    async def test_checkboxes_may_come_back_in_another_order(
        self, connector: HubspotConnector, desk: HubspotDesk
    ) -> None:
        desk.scripted[f"PATCH {CRM}"] = 200, {"properties": {"ai_tags": "ai;shipping;vip"}}

        assert await connector.write(await connector.fetch(TICKET), None, Change(["ai"]))

    async def test_field_that_was_not_kept_is_told(self, connector: HubspotConnector, desk: HubspotDesk) -> None:
        desk.scripted[f"PATCH {CRM}"] = 200, {"properties": {"ai_tags": "shipping", "hs_ticket_priority": "HIGH"}}

        with pytest.raises(Unavailable, match="did not keep ai_tags") as caught:
            await connector.write(await connector.fetch(TICKET), NOTE, Change(["ai"], Priority.HIGH))

        assert caught.value.may_be_stored

    async def test_status_that_is_a_stage_alone_leaves_the_thread_open(
        self, connector: HubspotConnector, calls: CallList
    ) -> None:
        await connector.write(await connector.fetch(TICKET), None, Change(status=Status.PENDING))

        assert sent(calls) == [(CRM_TICKET, {"properties": {"hs_pipeline_stage": "2"}})]

    async def test_what_is_so_already_is_left_alone(self, connector: HubspotConnector, calls: CallList) -> None:
        await connector.write(await connector.fetch(TICKET), NOTE, Change(status=Status.OPEN))

        assert [name for name, _ in sent(calls)] == ["messages"]

    async def test_status_that_hubspot_does_not_confirm_may_be_stored(
        self, connector: HubspotConnector, desk: HubspotDesk
    ) -> None:
        desk.scripted[f"PATCH {THREAD}"] = 200, recorded("thread")

        with pytest.raises(Unavailable, match="changed the thread's status") as caught:
            await connector.write(await connector.fetch(TICKET), NOTE, Change(status=Status.SOLVED))

        assert caught.value.may_be_stored

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (Change(status=Status.HOLD), "name a ticket stage"),
            (Change(assignee="Bo Agent"), "more than one owner 'Bo Agent'"),
            (Change(assignee="Nobody"), "no owner 'Nobody'"),
            (Change(), "nothing to write"),
        ],
    )
    async def test_change_that_cannot_be_made_is_rejected_before_any_write(
        self, connector: HubspotConnector, calls: CallList, change: Change, told: str
    ) -> None:
        with pytest.raises(Rejected, match=told):
            await connector.write(await connector.fetch(TICKET), None, change)

        assert sent(calls) == []

    @pytest.mark.parametrize(
        ("option", "change"),
        [
            ("tags_property", Change(["ai"])),
            ("team_property", Change(team="billing")),
            ("stages", Change(status=Status.PENDING)),
        ],
    )
    async def test_what_no_property_keeps_is_rejected_before_any_write(
        self, calls: CallList, option: str, change: Change
    ) -> None:
        connector = without(option)

        with pytest.raises(Rejected, match=f"options.{option}"):
            await connector.write(await connector.fetch(TICKET), NOTE, change)

        assert sent(calls) == []
        await connector.close()

    async def test_thread_without_a_ticket_has_nothing_to_route(
        self, connector: HubspotConnector, desk: HubspotDesk, calls: CallList
    ) -> None:
        del desk.threads[TICKET]["threadAssociations"]

        with pytest.raises(Rejected, match="has no ticket in HubSpot"):
            await connector.write(await connector.fetch(TICKET), NOTE, Change(["ai"]))

        assert sent(calls) == []

    async def test_owner_that_hubspot_does_not_know_is_refused(self, connector: HubspotConnector) -> None:
        with pytest.raises(Rejected):
            await connector.write(await connector.fetch(TICKET), NOTE, Change(assignee="4711"))

    async def test_tag_without_a_character_is_refused(self, connector: HubspotConnector, calls: CallList) -> None:
        with pytest.raises(Rejected, match="no character"):
            await connector.write(await connector.fetch(TICKET), NOTE, Change([" ; "]))

        assert sent(calls) == []


class TestReceipts:
    async def test_comment_that_comes_back_public_is_an_alarm(
        self, connector: HubspotConnector, desk: HubspotDesk
    ) -> None:
        desk.make_public = True

        with pytest.raises(Rejected, match=r"ALARM: comment \w+ on thread 5544332211 .* PUBLIC"):
            await connector.write(await connector.fetch(TICKET), NOTE)

    async def test_reply_that_comes_back_as_a_comment_is_told(
        self, connector: HubspotConnector, desk: HubspotDesk
    ) -> None:
        desk.scripted[f"POST {THREAD}/messages"] = 201, recorded("comment")

        with pytest.raises(Rejected, match="meant for the requester"):
            await connector.write(await connector.fetch(TICKET), REPLY)

    @pytest.mark.parametrize("lost", ["id", "type", "createdAt"])
    async def test_answer_that_does_not_say_what_was_kept_may_be_stored(
        self, connector: HubspotConnector, desk: HubspotDesk, lost: str
    ) -> None:
        desk.scripted[f"POST {THREAD}/messages"] = 201, {**recorded("comment"), lost: None}

        with pytest.raises(Unavailable, match="does not say what it kept") as caught:
            await connector.write(await connector.fetch(TICKET), NOTE)

        assert caught.value.may_be_stored
