"""Trouble on demand, over real loopback HTTP, as the connector meets it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from connectors.contract import Account, InternalNote, Mark, Ticket, text_hash
from connectors.errors import RateLimited, Rejected, Unavailable
from connectors.limits import LocalLimits
from connectors.sandbox.connector import SandboxConnector
from connectors.sandbox.desk import Brand, DeskSettings, create_desk
from tests.connectors.sandbox.conftest import SECRET, Caller, served


class Impatient(LocalLimits):
    """Calls again at once, whatever time it was told: the desk's faults are what is tried."""

    async def stop(self, seconds: float) -> None: ...


@pytest.fixture
async def desk_url() -> AsyncIterator[str]:
    async with served(create_desk(DeskSettings((Brand("parcels", "agents-p", "bot-p"),)))) as url:
        yield url


@pytest.fixture
async def agents(desk_url: str) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(base_url=desk_url, timeout=5) as client:
        yield Caller(client, "agents-p")


@pytest.fixture
async def connector(desk_url: str) -> AsyncIterator[SandboxConnector]:
    account = Account("parcels", desk_url, {"webhook_secret": SECRET, "api_token": "bot-p"}, allow_private_network=True)
    connector = SandboxConnector.connect(account, Impatient())
    yield connector
    await connector.close()


@pytest.fixture
async def ticket(agents: Caller, connector: SandboxConnector) -> Ticket:
    return await connector.fetch(await agents.opens())


def note(ticket: Ticket) -> InternalNote:
    return InternalNote("A draft\n\ncs-1", Mark("cs-1", text_hash("A draft"), ticket.created_at))


async def stored(agents: Caller, ticket: Ticket) -> dict[str, int]:
    counted = (await agents("GET", "/control/counters"))["tickets"][ticket.id]["by_client_ref"]
    return dict(counted.get("cs-1", {"received": 0, "stored": 0}))


async def comes_to_be_found(connector: SandboxConnector, ticket: Ticket) -> None:
    for _ in range(400):
        if await connector.find_mark(ticket.id, note(ticket).mark):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it is never found")


async def test_lost_answer_leaves_one_note_that_is_found_by_its_mark(
    agents: Caller, connector: SandboxConnector, ticket: Ticket
) -> None:
    await agents("POST", "/control/faults", 201, json={"trouble": "lost", "on": "write", "calls": 1})

    with pytest.raises(Unavailable) as caught:
        await connector.write(ticket, note(ticket))

    found = await connector.find_mark(ticket.id, note(ticket).mark)
    assert caught.value.may_be_stored
    assert caught.value.status is None
    assert found is not None
    assert found.entry_id is not None
    assert await stored(agents, ticket) == {"received": 1, "stored": 1}


@pytest.mark.parametrize(
    ("fault", "expected", "retry_after"),
    [
        ({"trouble": "429", "retry_after": 7}, RateLimited, 7),
        ({"trouble": "429"}, RateLimited, None),
        ({"trouble": "503", "retry_after": 2}, Unavailable, 2),
        ({"trouble": "503"}, Unavailable, None),
        ({"trouble": "500"}, Unavailable, None),
    ],
)
async def test_refusal_stores_nothing_and_ends_after_its_calls(
    agents: Caller,
    connector: SandboxConnector,
    ticket: Ticket,
    fault: dict[str, object],
    expected: type[RateLimited | Unavailable],
    retry_after: float | None,
) -> None:
    await agents("POST", "/control/faults", 201, json={**fault, "on": "write", "calls": 2})

    for _ in range(2):
        with pytest.raises(expected) as caught:
            await connector.write(ticket, note(ticket))
        assert caught.value.retry_after == retry_after
    assert await stored(agents, ticket) == {"received": 2, "stored": 0}

    await connector.write(ticket, note(ticket))
    assert await stored(agents, ticket) == {"received": 3, "stored": 1}


async def test_slow_answer_comes_after_its_seconds(agents: Caller, connector: SandboxConnector, ticket: Ticket) -> None:
    await agents("POST", "/control/faults", 201, json={"trouble": "slow", "seconds": 0.3, "calls": 1})
    loop = asyncio.get_running_loop()
    began = loop.time()

    await connector.fetch(ticket.id)

    assert loop.time() - began >= 0.3


async def test_hanging_call_stores_nothing_and_leaves_the_desk_alive(agents: Caller, ticket: Ticket) -> None:
    await agents("POST", "/control/faults", 201, json={"trouble": "hang", "on": "write"})

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await agents("POST", f"/api/tickets/{ticket.id}/messages", json={"body": "x", "client_ref": "cs-1"})
    await agents("DELETE", "/control/faults", 204)

    assert await stored(agents, ticket) == {"received": 1, "stored": 0}
    assert (await agents("GET", f"/api/tickets/{ticket.id}"))["version"] == 1


async def test_fault_keeps_to_its_kind_and_its_path(
    agents: Caller, connector: SandboxConnector, ticket: Ticket
) -> None:
    await agents("POST", "/control/faults", 201, json={"trouble": "500", "on": "read", "path": "/api/articles*"})
    await agents("POST", "/control/faults", 201, json={"trouble": "500", "on": "write", "path": "/api/nothing"})

    await connector.fetch(ticket.id)
    await connector.write(ticket, note(ticket))
    refused = await agents("GET", "/api/articles", 500)

    assert refused["error"] == "fault_on_demand"


@pytest.mark.parametrize("fault", [{"trouble": "earthquake"}, {"trouble": "slow", "seconds": 1e9}, {"calls": 1}])
async def test_fault_that_makes_no_sense_is_refused(agents: Caller, fault: dict[str, object]) -> None:
    await agents("POST", "/control/faults", 422, json=fault)


async def test_a_delayed_write_is_stored_after_the_line_was_dropped(
    agents: Caller, connector: SandboxConnector, ticket: Ticket
) -> None:
    fault = {"trouble": "delayed", "on": "write", "calls": 1, "seconds": 0.3}
    await agents("POST", "/control/faults", 201, json=fault)

    with pytest.raises(Unavailable):
        await connector.write(ticket, note(ticket))

    assert await connector.find_mark(ticket.id, note(ticket).mark) is None
    await comes_to_be_found(connector, ticket)
    assert await stored(agents, ticket) == {"received": 1, "stored": 1}


async def test_an_index_that_lags_shows_what_is_stored_after_its_seconds(
    agents: Caller, connector: SandboxConnector, ticket: Ticket
) -> None:
    fault = {"trouble": "lost", "on": "write", "calls": 1, "hidden": 2.0}
    await agents("POST", "/control/faults", 201, json=fault)

    with pytest.raises(Unavailable):
        await connector.write(ticket, note(ticket))

    assert await connector.find_mark(ticket.id, note(ticket).mark) is None
    assert len((await connector.fetch(ticket.id)).messages) == 1
    assert await stored(agents, ticket) == {"received": 1, "stored": 1}
    await comes_to_be_found(connector, ticket)


async def test_a_desk_may_forget_what_it_said_it_has(
    agents: Caller, connector: SandboxConnector, ticket: Ticket
) -> None:
    await agents("POST", "/control/faults", 201, json={"trouble": "forgets", "on": "write", "calls": 1})

    receipt = await connector.write(ticket, note(ticket))

    assert receipt.entry_id is not None
    assert len((await connector.fetch(ticket.id)).messages) == 1


async def test_a_rejected_write_is_not_tried_again(agents: Caller, connector: SandboxConnector, ticket: Ticket) -> None:
    await agents("POST", "/control/faults", 201, json={"trouble": "422", "on": "write", "calls": 1})

    with pytest.raises(Rejected):
        await connector.write(ticket, note(ticket))

    assert await stored(agents, ticket) == {"received": 1, "stored": 0}
