"""Postgres that can be hurt: a line to it that can be cut or slowed, a second server that takes over, and a sender."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import httpx
import psycopg

from gateway.store.embedded import EmbeddedPostgres, unprivileged
from gateway.store.migrate import migrate
from tests.api.door import body, signed
from tests.house import SECRET, House

PIECE = 65536


@contextlib.contextmanager
def server_with_tables(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server of a test's own, which may be hurt."""
    made = EmbeddedPostgres(folder)
    try:
        migrate(made.start())
        yield made
    finally:
        made.stop()


class Line:
    """A TCP line to a server's socket. `cut`: whatever is sent stays unanswered, and nobody is told. `delay`: seconds
    that every packet takes longer, each way."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        self.delay = 0.0
        self.port = 0
        self._open = threading.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        started = threading.Event()
        self._started = started
        self._thread.start()
        assert started.wait(10)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def cut(self) -> None:
        self._open.clear()

    def mend(self) -> None:
        """New connections get through; what was cut stays silent for ever, as on a line that lost its state."""
        self._open.set()

    def hang_up(self) -> None:
        """What an address does that moves to another server: everybody is disconnected."""
        self._loop.call_soon_threadsafe(lambda: [writer.close() for writer in list(self._writers)])

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = listening.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        for writer in self._writers:
            writer.transport.abort()
        listening.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if self._open.is_set():
                there, onward = await asyncio.open_unix_connection(socket_of(self.server))
                self._writers.add(onward)
                await asyncio.gather(self._carry(reader, onward), self._carry(there, writer))
            else:
                await self._swallow(reader)
        writer.close()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(PIECE):
                if not self._open.is_set():
                    await self._swallow(source)
                    break
                await asyncio.sleep(self.delay)
                sink.write(piece)
                await sink.drain()
        sink.close()
        self._writers.discard(sink)

    async def _swallow(self, source: asyncio.StreamReader) -> None:
        while await source.read(PIECE):
            pass


def socket_of(server: EmbeddedPostgres) -> str:
    return unquote(server.url.partition("host=")[2]) + "/.s.PGSQL.5432"


def standby_of(server: EmbeddedPostgres, home: Path) -> EmbeddedPostgres:
    """A second server that follows the first, which from now on acknowledges nothing before it has it too."""
    standby = EmbeddedPostgres(home)
    data = home.resolve() / "pg-18" / "data"
    data.parent.mkdir(parents=True)
    copy = [standby._bin / "pg_basebackup", "-d", server.url, "-D", data, "-R", "-X", "stream", "-c", "fast"]
    subprocess.run(list(map(str, copy)), check=True, capture_output=True, timeout=60)
    (data / "postmaster.pid").unlink(missing_ok=True)
    if os.geteuid() == 0:
        for path in (data, *data.rglob("*")):
            shutil.chown(path, *unprivileged())
    standby.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("alter system set synchronous_standby_names = '*'")
        connection.execute("select pg_reload_conf()")
        deadline = time.monotonic() + 20
        while not connection.execute("select 1 from pg_stat_replication where sync_state = 'sync'").fetchone():
            assert time.monotonic() < deadline, "the standby follows"
            time.sleep(0.1)
    return standby


def promote(standby: EmbeddedPostgres) -> None:
    with psycopg.connect(standby.url, autocommit=True) as connection:
        assert connection.execute("select pg_promote(true, 30)").fetchone() == (True,)
        connection.execute("alter system reset synchronous_standby_names")
        connection.execute("select pg_reload_conf()")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a help desk was told. `status` 0: nothing, within its patience."""

    at: float
    event_id: str
    status: int
    seconds: float
    retry_after: str | None
    trouble: str = ""


@dataclass
class Sender:
    """A help desk that delivers at a steady rate, several at once. `again`: it tries again for two minutes, as help
    desks do; else never."""

    house: House
    tickets: list[str]
    per_second: float = 20.0
    patience: float = 10.0
    again: bool = False
    most: int = 20_000
    answers: list[Answer] = field(default_factory=list)

    @contextlib.contextmanager
    def sending(self) -> Iterator["Sender"]:
        ending = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._send(ending)))
        thread.start()
        try:
            yield self
        finally:
            ending.set()
            thread.join(self.patience + 20)

    async def _send(self, ending: threading.Event) -> None:
        tasks: set[asyncio.Task[None]] = set()
        async with httpx.AsyncClient(timeout=self.patience, limits=httpx.Limits(max_connections=100)) as client:
            number = 0
            while not ending.is_set() and number < self.most:
                tasks.add(asyncio.create_task(self._deliver_until_kept(client, number)))
                number += 1
                await asyncio.sleep(1 / self.per_second)
            await asyncio.gather(*tasks)

    async def _deliver_until_kept(self, client: httpx.AsyncClient, number: int) -> None:
        until = time.monotonic() + 120
        while True:
            last = await self._deliver(client, number)
            self.answers.append(last)
            if last.status == 202 or not self.again or time.monotonic() > until:
                return
            await asyncio.sleep(float(last.retry_after or 1))

    async def _deliver(self, client: httpx.AsyncClient, number: int) -> Answer:
        event_id = f"event-{id(self)}-{number}"
        content = body(self.tickets[number % len(self.tickets)])
        url = f"http://127.0.0.1:{self.house.web_port}/webhooks/acme"
        began = time.monotonic()
        headers = signed(content, message_id=event_id, secret=SECRET)
        try:
            answer = await client.post(url, content=content, headers=headers)
        except httpx.HTTPError as error:
            return Answer(began, event_id, 0, time.monotonic() - began, None, repr(error))
        retry_after = answer.headers.get("retry-after")
        return Answer(began, event_id, answer.status_code, time.monotonic() - began, retry_after)

    def statuses(self, since: float = 0.0) -> set[int]:
        return {answer.status for answer in list(self.answers) if answer.at >= since}

    def kept(self) -> set[str]:
        """The events that were acknowledged."""
        return {answer.event_id for answer in self.answers if answer.status == 202}
