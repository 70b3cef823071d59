"""`check` tells each right, and what RT's rights really mean."""

from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Finding
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.desk import RequestTrackerDesk
from tests.connectors.request_tracker.test_settings import account


async def found(**options: Any) -> dict[str, Finding]:
    connector = RequestTrackerConnector.connect(account(**options))
    findings = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return findings


@pytest.mark.usefixtures("calls")
async def test_modify_ticket_lets_a_user_reply_and_check_says_so(desk: RequestTrackerDesk) -> None:
    desk.missing.add("ReplyToTicket")

    allowed, never = await found(), await found(replies=False)

    assert allowed["replies in Support"].ok
    assert "ModifyTicket, which RT takes for ReplyToTicket" in allowed["replies in Support"].detail
    assert "only this gateway keeps from replying" in never["replies in Support"].detail


@pytest.mark.usefixtures("calls")
async def test_modify_ticket_without_routing_is_a_right_too_many(desk: RequestTrackerDesk) -> None:
    desk.missing.add("ReplyToTicket")

    finding = (await found(replies=False, routing=False))["replies in Support"]

    assert not finding.ok
    assert "Revoke ModifyTicket" in str(finding.remedy)


@pytest.mark.usefixtures("calls")
async def test_reply_to_ticket_is_a_right_too_many_where_nothing_is_sent() -> None:
    finding = (await found(replies=False))["replies in Support"]

    assert not finding.ok
    assert "Revoke ReplyToTicket" in str(finding.remedy)


@pytest.mark.usefixtures("calls")
async def test_a_comment_only_user_is_in_order_where_nothing_else_is_wanted(desk: RequestTrackerDesk) -> None:
    desk.missing |= {"ReplyToTicket", "ModifyTicket", "SeeCustomField"}

    findings = await found(replies=False, routing=False)

    assert [finding for finding in findings.values() if not finding.ok] == []
    assert findings["replies in Support"].detail == "RT lets the integration user reply to nobody"


@pytest.mark.usefixtures("calls")
async def test_a_user_who_may_neither_comment_nor_modify_cannot_draft(desk: RequestTrackerDesk) -> None:
    desk.missing |= {"CommentOnTicket", "ModifyTicket"}

    assert "CommentOnTicket" in str((await found())["comments in Support"].remedy)


@pytest.mark.usefixtures("calls")
async def test_an_address_that_mail_could_pretend_to_come_from_is_told(desk: RequestTrackerDesk) -> None:
    desk.hidden_address = "countersign@rt.example"

    finding = (await found())["e-mail address"]

    assert not finding.ok
    assert desk.hidden_address not in finding.detail


@pytest.mark.usefixtures("calls")
async def test_a_queue_that_does_not_exist_is_named() -> None:
    finding = (await found(queues=["Support", "Returns"]))["queue Returns"]

    assert not finding.ok
    assert "options.queues" in str(finding.remedy)


async def test_check_only_reads(calls: CallList) -> None:
    await found()

    assert {call.request.method for call in calls} == {"GET"}
