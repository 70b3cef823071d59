"""How long does a help desk wait for the answer to a delivery? Asked open-loop, by a process of its own.

A delivery is due at its time whether or not the one before has been answered, and its wait is counted from when it was
due: a door that stalls cannot hide that by receiving less. Run by `python -m bench`, with the order on stdin."""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

import httpx

from bench.house import ROOT
from connectors.signatures import sign_standard_webhooks

CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class Order:
    """`rate` deliveries a second for `seconds`. `repeats`: authentic, but known already after the first."""

    url: str
    secret: str
    rate: float
    seconds: float
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from when a delivery was due to its answer; `late` is how far behind the sender itself was (p99)."""

    sent: int
    accepted: int
    p50: float
    p99: float
    worst: float
    late_p99: float


def begin(order: Order) -> "subprocess.Popen[str]":
    """Start the sender; `waits_of` collects what it found."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.acknowledgement"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(order)))
    process.stdin.close()
    process.stdin = None
    return process


def waits_of(process: "subprocess.Popen[str]") -> Waits:
    said, _ = process.communicate(timeout=600)
    return Waits(**json.loads(said))


def percentile(values: list[float], percent: int) -> float:
    """Of at least two values."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


async def _send(order: Order) -> Waits:
    waits: list[float] = []
    late: list[float] = []
    statuses: list[int] = []
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, timeout=10) as client:
        # Connections are opened before the clock runs: a help desk keeps them open too.
        await asyncio.gather(*(_deliver(client, order, -1 - number) for number in range(CONNECTIONS)))
        began = time.perf_counter() + 0.2

        async def one(number: int) -> None:
            due = began + number / order.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            late.append((time.perf_counter() - due) * 1000)
            statuses.append(await _deliver(client, order, number))
            waits.append((time.perf_counter() - due) * 1000)

        await asyncio.gather(*(one(number) for number in range(int(order.rate * order.seconds))))
    accepted = sum(status == 202 for status in statuses)
    return Waits(
        len(statuses), accepted, percentile(waits, 50), percentile(waits, 99), max(waits), percentile(late, 99)
    )


async def _deliver(client: httpx.AsyncClient, order: Order, number: int) -> int:
    event_id = "bench-repeat" if order.repeats else f"bench-{uuid.uuid4().hex}"
    body = json.dumps(_payload(0 if order.repeats else number)).encode()
    now = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign_standard_webhooks(order.secret, event_id, now, body),
    }
    try:
        return (await client.post(order.url, content=body, headers=headers)).status_code
    except httpx.HTTPError:
        return 0


def _payload(number: int) -> dict[str, Any]:
    """A ticket that the desk does not know: only the door is asked here."""
    requester = {"type": "requester", "id": f"requester-{number}"}
    message = {"id": f"m{number}", "author": requester, "visibility": "public", "client_ref": None}
    return {
        "type": "ticket.created",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": {"ticket": {"id": f"bench-{number}", "version": 1}, "actor": requester, "message": message},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(asyncio.run(_send(Order(**json.load(sys.stdin)))))))
