"""Somebody who means harm, in a process of its own: only on loopback, and never for longer than a minute."""

import asyncio
import contextlib
import json
import sys
from collections import Counter

import httpx

LONGEST = 60.0  # seconds
DRIPPING = 1000  # connections
HEADS = (
    b"POST /webhooks/acme HTTP/1.1\r\nx-a: ",
    b"POST /webhooks/acme HTTP/1.1\r\nhost: a\r\ncontent-length: 9999\r\n\r\n",
)
PER_SECOND = 200  # requests without a signature


async def loris(port: int, counted: Counter[str]) -> None:
    """Heads and bodies that never come to an end, on more connections than a process will have."""

    async def one(number: int) -> None:
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
                counted["opened"] += 1
                writer.write(HEADS[number % 2])
                while not writer.is_closing():
                    await asyncio.sleep(1)
                    writer.write(b"x")
                    await writer.drain()
            await asyncio.sleep(2)

    await asyncio.gather(*(one(number) for number in range(DRIPPING)))


async def strangers(port: int, counted: Counter[str]) -> None:
    """Deliveries without a signature, from one address, as a proxy tells it."""
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base, timeout=20, limits=httpx.Limits(max_connections=20)) as client:

        async def one() -> None:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    headers = {"x-forwarded-for": "203.0.113.5"}
                    answer = await client.post("/webhooks/acme", content=b"x" * 2000, headers=headers)
                    counted[str(answer.status_code)] += 1
                await asyncio.sleep(20 / PER_SECOND)

        await asyncio.gather(*(one() for _ in range(20)))


async def main(what: str, port: int) -> Counter[str]:
    """Until the input ends."""
    counted: Counter[str] = Counter()
    task = asyncio.create_task({"loris": loris, "strangers": strangers}[what](port, counted))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(None, sys.stdin.read), LONGEST)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return counted


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))))
