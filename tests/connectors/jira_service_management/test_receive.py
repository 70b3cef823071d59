"""Only what Jira signed comes in, and it says no more than Jira told."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import EventKind, Received, Request, Role, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.jira_service_management.connector import JiraServiceManagementConnector
from connectors.jira_service_management.receive import sign
from tests.connectors.jira_service_management.deliveries import connected, delivery, event
from tests.connectors.jira_service_management.desk import ACCOUNT, SECRET, TICKET, user


def received(body: bytes, **options: Any) -> Received:
    return connected(**options).receive(delivery(body))


def test_signature_is_that_of_the_known_vector() -> None:
    assert sign("jira-secret", b'{"event":"ping","n":1}') == (
        b"sha256=859fe60a2cc070e254146ed7beadbdbd875927a9a62fd10026b0e3ad3f60cfce"
    )


def test_comment_says_who_and_when_and_which() -> None:
    (found,) = received(event("requester_replied__portal")).events

    assert (found.event_id, found.ticket_id, found.message_id) == ("comment:20201", TICKET, "20201")
    assert (found.author, found.visibility) == (Role.REQUESTER, Visibility.PUBLIC)
    assert found.occurred_at == datetime(2026, 9, 1, 10, 0, tzinfo=UTC)


class TestVisibility:
    def test_comment_that_does_not_say_who_sees_it_is_not_taken_for_either(self) -> None:
        assert received(event("requester_replied__document_and_no_flag")).events[0].visibility is None

    def test_comment_that_is_kept_for_a_role_is_internal(self) -> None:
        kept = {"visibility": {"type": "role", "value": "Service Desk Team"}}

        assert received(event("agent_replied__public", comment=kept)).events[0].visibility is Visibility.INTERNAL


class TestAuthors:
    @pytest.mark.parametrize(
        ("account", "public", "author"),
        [
            ("qm:1f0c:carl", True, Role.PARTICIPANT),
            ("557058:automation", True, Role.SYSTEM),
            ("5b10a2844c20165700ede21b", True, Role.AGENT),
            ("5b10a2844c20165700ede21b", False, Role.AGENT),
        ],
    )
    def test_kind_of_account_tells_the_role(self, account: str, public: bool, author: Role) -> None:
        body = event("agent_replied__public", comment={"author": user(account), "jsdPublic": public})

        assert received(body).events[0].author is author

    def test_member_of_the_site_may_be_the_requester_until_it_is_known_who_that_is(self) -> None:
        whole = json.loads(event("agent_replied__public"))
        del whole["issue"]["fields"]["reporter"]

        assert received(json.dumps(whole).encode()).events[0].author is None

    def test_member_of_the_site_who_asked_is_the_requester(self) -> None:
        whole = json.loads(event("agent_replied__public"))
        whole["issue"]["fields"]["reporter"] = whole["comment"]["author"]

        assert received(json.dumps(whole).encode()).events[0].author is Role.REQUESTER

    @pytest.mark.parametrize("name", ["own_note__draft_written", "agent_replied__public", "agent_noted__internal"])
    def test_anybody_may_be_this_gateway_until_it_is_known_who_that_is(self, name: str) -> None:
        assert received(event(name), integration_user_id=None).events[0].author is None

    async def test_own_note_is_recognised_once_we_know_who_we_are(self, calls: object) -> None:
        connector = connected(integration_user_id=None)
        await connector.fetch(TICKET)

        (found,) = connector.receive(delivery(event("own_note__draft_written"))).events

        assert found.author is Role.INTEGRATION
        await connector.close()


class TestChanges:
    def test_change_is_named_by_its_own_id(self) -> None:
        assert received(event("ticket_changed__status")).events[0].event_id == "changed:30002"

    def test_each_edit_of_a_comment_is_another_event(self) -> None:
        first = received(event("ticket_changed__comment_edited")).events[0]
        later = event("ticket_changed__comment_edited", comment={"updated": "2026-09-01T10:20:00.000+0000"})

        assert first.kind is EventKind.TICKET_CHANGED
        assert received(later).events[0].event_id != first.event_id

    def test_change_without_an_id_is_known_by_its_delivery(self) -> None:
        body = event("ticket_changed__without_changelog")
        first, other = delivery(body), delivery(event("ticket_changed__without_changelog", eventType="secondaryAction"))

        ids = [connected().receive(one).events[0].event_id for one in (first, other)]

        assert len(set(ids)) == 2

    @pytest.mark.parametrize("header", [None, "", "x" * 101, "a b"])
    def test_odd_id_of_a_delivery_is_not_kept(self, header: str | None) -> None:
        whole = delivery(event("ticket_changed__without_changelog"))
        others = [one for one in whole.headers if one[0] != "X-Atlassian-Webhook-Identifier"]
        headers = others if header is None else [*others, ("X-Atlassian-Webhook-Identifier", header)]

        (found,) = connected().receive(dataclasses.replace(whole, headers=headers)).events

        assert found.event_id.startswith(f"changed:{TICKET}:")

    def test_change_with_a_comment_in_it_is_still_a_change(self) -> None:
        body = event("ignored__comment_told_a_second_time", changelog={"id": "30009", "items": [{"field": "status"}]})

        assert [one.event_id for one in received(body).events] == ["changed:30009"]


class TestTimes:
    def test_retry_after_half_an_hour_is_taken(self) -> None:
        sent = datetime.now(UTC) - timedelta(minutes=35)

        assert connected().receive(delivery(event("agent_replied__public"), at=sent)).events

    @pytest.mark.parametrize("stamp", [None, "1788256800123", True, 1.5, -(10**18), 10**18])
    def test_delivery_without_a_time_is_kept_for_a_person(self, stamp: object) -> None:
        body = event("agent_replied__public", timestamp=stamp)
        request = Request([("X-Hub-Signature", sign(SECRET, body).decode())], body, datetime.now(UTC))

        with pytest.raises(Malformed, match="when it was sent"):
            connected().receive(request)


def test_project_that_is_not_served_is_of_no_interest() -> None:
    assert not received(event("agent_replied__public"), project_keys=["HELP"]).events
    assert received(event("agent_replied__public"), project_keys=[]).events


def test_webhook_without_a_body_is_told() -> None:
    with pytest.raises(Malformed, match="Exclude body"):
        received(event("agent_replied__public", issue=None), project_keys=[])


class TestSecrets:
    def test_account_without_a_secret_believes_nothing(self) -> None:
        account = dataclasses.replace(ACCOUNT, secrets={"api_token": "t"})

        with pytest.raises(SignatureInvalid, match="webhook_secret"):
            JiraServiceManagementConnector.connect(account).receive(delivery(event("agent_replied__public")))

    def test_unsigned_delivery_is_refused_with_what_to_do(self) -> None:
        body = event("agent_replied__public")

        with pytest.raises(SignatureInvalid, match="give the webhook a secret"):
            connected().receive(Request([], body, datetime.now(UTC)))
