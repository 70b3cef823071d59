"""The desk's API is strict where real help desks are, so that a connector to it proves something."""

import httpx
import pytest

from connectors.contract import Role, Visibility
from tests.connectors.sandbox.conftest import Caller, Unsent

NOTE = {"body": "A draft", "visibility": "internal", "format": "markdown", "client_ref": "cs-1"}


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic Ym90LXA6"}])
async def test_without_a_token_of_this_desk_nothing_is_told(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await browser.get("/api/tickets", headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


async def test_brands_do_not_see_each_other(agents: Caller, other_bot: Caller) -> None:
    ticket = await agents.opens()
    await agents("POST", f"/api/tickets/{ticket}/messages", 201, json=NOTE)

    assert (await other_bot("GET", "/api/tickets"))["data"] == []
    assert (await other_bot("GET", "/api/messages", params={"client_ref": "cs-1"}))["data"] == []
    await other_bot("GET", f"/api/tickets/{ticket}", 404)
    await other_bot("PATCH", f"/api/tickets/{ticket}", 404, json={"message": NOTE})
    await other_bot("DELETE", f"/api/tickets/{ticket}", 404)


async def test_message_and_change_are_one_version(agents: Caller, bot: Caller, unsent: Unsent) -> None:
    ticket = await agents.opens()
    unsent.told.clear()

    update = {"message": NOTE, "tags_added": ["refund"], "priority": "high", "team": "billing", "if_version": 1}
    answer = await bot("PATCH", f"/api/tickets/{ticket}", json=update)

    assert answer["ticket"]["version"] == 2
    told = [(happening.type, happening.version, happening.actor.role) for _, happening in unsent.told]
    assert told == [("message.created", 2, Role.INTEGRATION), ("ticket.updated", 2, Role.INTEGRATION)]


async def test_old_version_is_refused_and_nothing_of_it_is_stored(agents: Caller, bot: Caller) -> None:
    ticket = await agents.opens()
    await agents("PATCH", f"/api/tickets/{ticket}", json={"tags_added": ["vip"]})

    update = {"message": NOTE, "priority": "urgent", "if_version": 1}
    refused = await bot("PATCH", f"/api/tickets/{ticket}", 409, json=update)

    after = await bot("GET", f"/api/tickets/{ticket}")
    assert refused["error"] == "version_conflict"
    assert (after["priority"], after["messages_count"], after["version"]) == ("normal", 1, 2)


async def test_unknown_assignee_is_refused_together_with_the_message(agents: Caller, bot: Caller) -> None:
    ticket = await agents.opens()

    await bot("PATCH", f"/api/tickets/{ticket}", 422, json={"message": NOTE, "assignee": "nobody"})

    assert (await bot("GET", f"/api/tickets/{ticket}"))["messages_count"] == 1


async def test_change_that_changes_nothing_has_no_version_and_no_webhook(agents: Caller, unsent: Unsent) -> None:
    ticket = await agents.opens(tags=["vip"])
    unsent.told.clear()

    answer = await agents("PATCH", f"/api/tickets/{ticket}", json={"tags_added": ["vip"], "priority": "normal"})

    assert (answer["ticket"]["version"], answer["message"], unsent.told) == (1, None, [])


async def test_repeated_write_is_stored_again_unless_the_switch_is_on(agents: Caller, bot: Caller) -> None:
    ticket = await agents.opens()
    path = f"/api/tickets/{ticket}/messages"

    first = await bot("POST", path, 201, json=NOTE)
    second = await bot("POST", path, 201, json=NOTE)
    await agents("PUT", "/control/idempotency", json={"on": True})
    third = await bot("POST", path, 201, json=NOTE)

    assert first["message"]["id"] != second["message"]["id"]
    assert third["message"]["id"] == first["message"]["id"]
    counted = (await agents("GET", "/control/counters"))["tickets"][ticket]
    assert counted["by_client_ref"] == {"cs-1": {"received": 3, "stored": 2}}
    assert counted["by_text"]["A draft"] == {"received": 3, "stored": 2}


async def test_search_by_client_ref_tells_whose_it_is(agents: Caller, bot: Caller) -> None:
    ticket = await agents.opens()
    await agents("POST", f"/api/tickets/{ticket}/messages", 201, json={**NOTE, "author": "agent-emma"})
    await bot("POST", f"/api/tickets/{ticket}/messages", 201, json=NOTE)

    everybodys = await bot("GET", "/api/messages", params={"client_ref": "cs-1"})
    own = await bot("GET", "/api/messages", params={"client_ref": "cs-1", "mine": "true", "ticket_id": ticket})

    assert [message["author"]["type"] for message in everybodys["data"]] == ["agent", "integration"]
    assert [message["author"]["id"] for message in own["data"]] == ["bot-parcels"]


async def test_bot_cannot_speak_for_anybody_else(agents: Caller, bot: Caller) -> None:
    ticket = await agents.opens()

    answer = await bot("POST", f"/api/tickets/{ticket}/messages", 201, json={**NOTE, "author": "requester"})

    assert answer["message"]["author"]["type"] == "integration"


async def test_requester_writes_in_public_whatever_was_asked_for(agents: Caller) -> None:
    ticket = await agents.opens()

    new = {"body": "Hello?", "author": "requester", "visibility": "internal"}
    answer = await agents("POST", f"/api/tickets/{ticket}/messages", 201, json=new)

    assert answer["message"]["visibility"] == Visibility.PUBLIC


async def test_requester_reopens_and_a_closed_ticket_stays_closed(agents: Caller) -> None:
    ticket = await agents.opens()
    await agents("PATCH", f"/api/tickets/{ticket}", json={"status": "solved"})

    reply = {"body": "Not solved.", "author": "requester"}
    reopened = await agents("POST", f"/api/tickets/{ticket}/messages", 201, json=reply)
    await agents("PATCH", f"/api/tickets/{ticket}", json={"status": "closed"})
    refused = await agents("POST", f"/api/tickets/{ticket}/messages", 422, json=reply)

    assert (reopened["ticket"]["status"], refused["error"]) == ("open", "ticket_closed")


@pytest.mark.parametrize(
    ("right", "method", "update"),
    [
        ("notes:write", "PATCH", {"message": NOTE}),
        ("replies:write", "PATCH", {"message": {**NOTE, "visibility": "public"}}),
        ("tickets:change", "PATCH", {"message": NOTE, "tags_added": ["x"]}),
        ("tickets:read", "GET", None),
    ],
)
async def test_right_that_was_taken_away_is_missed(
    agents: Caller, bot: Caller, right: str, method: str, update: dict[str, object] | None
) -> None:
    ticket = await agents.opens()
    await agents("PUT", "/control/rights", json={"missing": [right]})

    refused = await bot(method, f"/api/tickets/{ticket}", 403, json=update)

    assert refused["error"] == "missing_right"
    assert right not in (await bot("GET", "/api/me"))["rights"]
    assert (await agents("GET", f"/api/tickets/{ticket}"))["messages_count"] == 1


async def test_switches_are_not_for_the_integration_user(bot: Caller) -> None:
    await bot("PUT", "/control/rights", 403, json={"missing": []})
    await bot("POST", "/control/faults", 403, json={"trouble": "500"})
    await bot("POST", "/api/articles", 403, json={"title": "T", "body": "B"})


async def test_draft_that_goes_away_between_two_pages_hides_no_message(
    agents: Caller, bot: Caller, browser: httpx.AsyncClient
) -> None:
    ticket = await agents.opens()
    draft = await bot("POST", f"/api/tickets/{ticket}/messages", 201, json={**NOTE, "visibility": "draft"})
    for text in ("second", "third"):
        await agents("POST", f"/api/tickets/{ticket}/messages", 201, json={"body": text})

    first = await bot("GET", f"/api/tickets/{ticket}/messages", params={"limit": 2})
    form = {"agent": "agent-emma", "do": "discard"}
    await browser.post(f"/tickets/{ticket}/drafts/{draft['message']['id']}", data=form)
    second = await bot(
        "GET", f"/api/tickets/{ticket}/messages", params={"limit": 2, "cursor": str(first["next_cursor"])}
    )

    assert [message["body"] for message in second["data"]] == ["second", "third"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "new",
    [
        {"body": ""},
        {"body": "x" * 256_001},
        {"body": "x", "visibility": "secret"},
        {"body": "x", "colour": "red"},
        {"body": 7},
    ],
)
async def test_message_of_another_shape_is_refused_without_quoting_it(agents: Caller, new: dict[str, object]) -> None:
    ticket = await agents.opens()

    refused = await agents("POST", f"/api/tickets/{ticket}/messages", 422, json=new)

    assert set(refused) == {"error", "detail"}
    assert "xxx" not in refused["detail"]


async def test_body_beyond_a_megabyte_is_refused(agents: Caller) -> None:
    await agents("POST", "/api/tickets", 413, content=b"x" * (1024 * 1024 + 1))
