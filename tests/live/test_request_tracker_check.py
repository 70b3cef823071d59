"""`check` against a real Request Tracker 5: what RT grants is what is told, and what is missing is named."""

import dataclasses
from collections.abc import Callable

from connectors.contract import Finding
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.live.conftest import account
from tests.live.rt_server import RequestTracker


def wrong(findings: list[Finding]) -> dict[str, str]:
    return {finding.subject: finding.remedy or "" for finding in findings if not finding.ok}


async def test_check_finds_the_integration_user_of_the_readme_in_order(
    connector: RequestTrackerConnector,
) -> None:
    assert wrong(await connector.check()) == {}


async def test_check_tells_each_missing_right_and_what_to_do(connected: Callable[..., RequestTrackerConnector]) -> None:
    notes, blind = wrong(await connected("notes").check()), wrong(await connected("blind").check())

    assert "ModifyTicket" in notes["routing in Support"]
    assert "ReplyToTicket" in notes["replies in Support"]
    assert "empty the field Email" in notes["e-mail address"]
    assert "ShowTicketComments" in blind["internal comments"]
    assert "SeeCustomField" in blind["tags in Support"]


async def test_check_tells_that_modify_ticket_lets_a_user_reply(
    connected: Callable[..., RequestTrackerConnector],
) -> None:
    never = {finding.subject: finding for finding in await connected("modify", replies=False).check()}[
        "replies in Support"
    ]
    may = {finding.subject: finding for finding in await connected("modify").check()}["replies in Support"]

    assert "only this gateway keeps from replying" in never.detail
    assert "ModifyTicket, which RT takes for ReplyToTicket" in may.detail


async def test_a_comment_only_user_is_in_order_when_nothing_else_is_asked_of_it(
    connected: Callable[..., RequestTrackerConnector],
) -> None:
    assert set(wrong(await connected("notes", replies=False, routing=False).check())) == {"e-mail address"}


async def test_check_tells_a_wrong_token_from_a_wrong_name(rt: RequestTracker) -> None:
    usual = account(rt)
    broken = dataclasses.replace(usual, secrets={**usual.secrets, "api_token": "1-1-nothing"})
    other = dataclasses.replace(usual, secrets={**usual.secrets, "api_token": rt.tokens["notes"]})
    for wrongly in (broken, other):
        connector = RequestTrackerConnector.connect(wrongly)

        assert set(wrong(await connector.check())) == {"credentials"}

        await connector.close()
