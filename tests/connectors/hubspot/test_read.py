"""A thread as HubSpot tells it, with its ticket and its contact, in our words."""

from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import BodyFormat, Priority, Role, Status, Visibility
from connectors.errors import AuthFailed, RateLimited, Rejected, Unavailable
from connectors.hubspot.connector import HubspotConnector
from tests.connectors.hubspot.desk import APP, CRM_TICKET, TICKET, HubspotDesk, recorded

PATH = f"/conversations/v3/conversations/threads/{TICKET}"


def last_part(entry_id: str) -> str:
    return entry_id[-2:]


async def test_ticket_is_told_in_our_words(connector: HubspotConnector) -> None:
    ticket = await connector.fetch(TICKET)

    told = (ticket.id, ticket.subject, ticket.status, ticket.priority)
    assert told == (TICKET, "Parcel late", Status.OPEN, Priority.NORMAL)
    assert (ticket.channel, ticket.queue, ticket.language) == ("email", "support", "de")
    assert ticket.tags == ["shipping", "vip"]
    assert ticket.fields == {
        "crm_ticket_id": CRM_TICKET,
        "pipeline": "0",
        "stage": "1",
        "inbox_id": "444",
        "spam": False,
    }


async def test_people_have_their_roles_and_what_is_known_of_them(connector: HubspotConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.name, rita.email) == ("V-555", "Rita Requester", "rita@customer.example")
    assert (rita.phone, rita.organisation) == ("+4315550100", "Customer & Co")
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.name, ticket.assignee.role) == ("A-988", "Ann Agent", Role.AGENT)


async def test_messages_are_told_from_changes_and_from_greetings(connector: HubspotConnector) -> None:
    messages = (await connector.fetch(TICKET)).messages

    assert [(last_part(one.id), one.author.role, one.visibility) for one in messages] == [
        ("85", Role.REQUESTER, Visibility.PUBLIC),
        ("86", Role.SYSTEM, Visibility.PUBLIC),
        ("88", Role.AGENT, Visibility.PUBLIC),
        ("89", Role.AGENT, Visibility.INTERNAL),
        ("90", Role.REQUESTER, Visibility.PUBLIC),
    ]
    assert (messages[-1].body, messages[-1].format) == ("Here is the label.", BodyFormat.TEXT)


async def test_long_message_is_read_whole(connector: HubspotConnector, desk: HubspotDesk, calls: CallList) -> None:
    long = "<p>" + "and so on " * 1_000 + "</p>"
    entry = desk.says(TICKET, "V-555", long)["id"]

    assert (await connector.fetch(TICKET)).messages[-1].body == long
    asked = [call.request.url.path for call in calls if call.request.url.path.endswith("original-content")]
    assert asked == [f"{PATH}/messages/{entry}/original-content"]


async def test_mail_from_somebody_else_is_a_participants(connector: HubspotConnector, desk: HubspotDesk) -> None:
    carl = {"name": "Carl", "deliveryIdentifier": {"type": "HS_EMAIL_ADDRESS", "value": "carl@customer.example"}}
    desk.says(TICKET, "V-555", "<p>Me too.</p>", senders=[carl])

    ticket = await connector.fetch(TICKET)

    assert ticket.messages[-1].author.role is Role.PARTICIPANT
    assert [(one.id, one.email) for one in ticket.participants] == [("carl@customer.example", "carl@customer.example")]


async def test_requester_is_known_by_address_where_the_mail_names_no_actor(
    connector: HubspotConnector, desk: HubspotDesk
) -> None:
    sender = {"deliveryIdentifier": {"type": "HS_EMAIL_ADDRESS", "value": "Rita@Customer.example"}}
    desk.says(TICKET, "V-555", "<p>It is me.</p>", senders=[sender])

    assert (await connector.fetch(TICKET)).messages[-1].author.role is Role.REQUESTER


@pytest.mark.parametrize(
    ("changed", "role"),
    [
        ({"client": {"clientType": "INTEGRATION", "integrationAppId": APP}}, Role.INTEGRATION),
        ({"client": {"clientType": "INTEGRATION", "integrationAppId": 99}}, Role.SYSTEM),
        ({"client": {"clientType": "INTEGRATION"}}, Role.INTEGRATION),
        ({"senders": [{"actorId": "A-987"}]}, Role.INTEGRATION),
        ({"client": {"clientType": "INTEGRATION", "integrationAppId": 99}, "createdBy": f"I-{APP}"}, Role.SYSTEM),
        ({"client": {}, "createdBy": f"I-{APP}", "senders": []}, Role.INTEGRATION),
        ({"client": {}, "createdBy": "L-77", "senders": []}, Role.SYSTEM),
        ({"client": {"clientType": "SYSTEM"}}, Role.SYSTEM),
        ({"client": {"clientType": "UNKNOWN"}}, Role.AGENT),
        ({"client": None}, Role.AGENT),
    ],
)
async def test_what_a_machine_wrote_in_an_agents_name_is_no_agents_reply(
    connector: HubspotConnector, desk: HubspotDesk, changed: dict[str, Any], role: Role
) -> None:
    desk.says(TICKET, "A-988", "<p>Hello.</p>", **changed)

    assert (await connector.fetch(TICKET)).messages[-1].author.role is role


@pytest.mark.parametrize("app", [None, APP])
async def test_what_an_app_carried_in_is_the_requesters(
    connector: HubspotConnector, desk: HubspotDesk, app: int | None
) -> None:
    client = {"clientType": "INTEGRATION", "integrationAppId": app}
    desk.says(TICKET, "V-555", "<p>From a channel of our own.</p>", client=client)

    assert (await connector.fetch(TICKET)).messages[-1].author.role is Role.REQUESTER


async def test_thread_without_a_ticket_has_no_fields_and_is_read(
    connector: HubspotConnector, desk: HubspotDesk
) -> None:
    del desk.threads[TICKET]["threadAssociations"]

    ticket = await connector.fetch(TICKET)

    assert (ticket.tags, ticket.priority, ticket.queue) == ([], Priority.NORMAL, "444")
    assert ticket.subject == "Parcel late"  # the first mail's
    assert ticket.assignee is not None
    assert ticket.assignee.id == "A-988"


async def test_ticket_or_contact_that_is_gone_is_no_failure(connector: HubspotConnector, desk: HubspotDesk) -> None:
    desk.scripted["GET /crm/v3/objects/contacts/555"] = 404, recorded("error__not_found")
    desk.scripted[f"GET /crm/v3/objects/tickets/{CRM_TICKET}"] = 404, recorded("error__not_found")

    ticket = await connector.fetch(TICKET)

    assert (ticket.requester.id, ticket.requester.name) == ("V-555", "Rita Requester")
    assert ticket.tags == []


@pytest.mark.parametrize(
    ("stage", "status", "expected"),
    [
        ("2", "OPEN", Status.PENDING),
        ("4", "OPEN", Status.SOLVED),
        ("3", "OPEN", Status.OPEN),
        ("3", "CLOSED", Status.SOLVED),
        ("3", "ODD", Status.OPEN),
    ],
)
async def test_status_is_that_of_a_known_stage_else_the_threads(
    connector: HubspotConnector, desk: HubspotDesk, stage: str, status: str, expected: Status
) -> None:
    desk.threads[TICKET]["status"] = status
    desk.tickets[CRM_TICKET]["properties"]["hs_pipeline_stage"] = stage

    assert (await connector.fetch(TICKET)).status is expected


class TestVersion:
    @pytest.mark.parametrize("changed", [{"status": "CLOSED"}, {"assignedTo": None}, {"inboxId": "445"}])
    async def test_change_of_the_thread_makes_another_version(
        self, connector: HubspotConnector, desk: HubspotDesk, changed: dict[str, Any]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.threads[TICKET] |= changed

        assert (await connector.fetch(TICKET)).version != before.version

    @pytest.mark.parametrize(
        "changed", [{"hs_ticket_priority": "HIGH"}, {"ai_tags": "shipping"}, {"hubspot_owner_id": "302"}]
    )
    async def test_change_of_the_ticket_makes_another_version(
        self, connector: HubspotConnector, desk: HubspotDesk, changed: dict[str, Any]
    ) -> None:
        before = await connector.fetch(TICKET)
        desk.tickets[CRM_TICKET]["properties"] |= changed

        assert (await connector.fetch(TICKET)).version != before.version

    async def test_time_stamp_alone_makes_none(self, connector: HubspotConnector, desk: HubspotDesk) -> None:
        before = await connector.fetch(TICKET)
        desk.tickets[CRM_TICKET]["properties"]["hs_lastmodifieddate"] = "2026-09-02T00:00:00Z"

        assert (await connector.fetch(TICKET)).version == before.version


async def test_pages_that_go_in_a_circle_end(connector: HubspotConnector, desk: HubspotDesk) -> None:
    desk.scripted[f"GET {PATH}/messages"] = 200, {**recorded("messages"), "paging": {"next": {"after": "7"}}}

    with pytest.raises(Unavailable, match="again and again"):
        await connector.fetch(TICKET)


@pytest.mark.parametrize("ticket_id", ["", "../actors", "7?x=1", "-1", "abc", "9" * 40])
async def test_id_that_is_no_number_never_becomes_a_path(
    connector: HubspotConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert not list(calls)


@pytest.mark.parametrize("entry_id", ["..", "../../../../crm/v3/owners", "a/b", "", 7])
async def test_message_id_that_is_a_path_is_not_followed(
    connector: HubspotConnector, desk: HubspotDesk, entry_id: object
) -> None:
    desk.says(TICKET, "V-555", "<p>x</p>", id=entry_id, truncationStatus="TRUNCATED")

    with pytest.raises(Unavailable, match=r"message\.id"):
        await connector.fetch(TICKET)


async def test_thread_that_we_may_not_read_is_no_empty_one(connector: HubspotConnector, desk: HubspotDesk) -> None:
    desk.missing.add("messages")

    with pytest.raises(AuthFailed):
        await connector.fetch(TICKET)


async def test_calls_stop_before_the_limit_is_hit(
    connector: HubspotConnector, desk: HubspotDesk, calls: CallList
) -> None:
    desk.headers = {
        "X-HubSpot-RateLimit-Max": "100",
        "X-HubSpot-RateLimit-Remaining": "0",
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
    }

    with pytest.raises(RateLimited, match="not called"):
        await connector.fetch(TICKET)

    assert len(calls) == 1
