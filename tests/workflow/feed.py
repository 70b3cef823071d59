"""A help desk that sends no webhooks: a file with an event a line, and a cursor that counts lines.

It can be polled in this process, or by workers in processes of their own."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from connectors.contract import Capability, EventKind, Role, TicketEvent, Visibility
from connectors.errors import ConnectorError
from gateway.store.database import Database
from gateway.workflow.line import Desk
from gateway.workflow.polling import Polling
from tests.fakes import EVERYTHING, MemoryDesk

SLOW = "slow"  # a file beside the feed: while it exists, an answer takes a long time
ASKED = "asked"  # the cursors that the feed was asked with, a line each


@dataclass
class Feed(MemoryDesk):
    """`behind`: so many lines are told again each time, as by a help desk whose ids do not come in order."""

    file: Path = Path("feed.jsonl")
    behind: int = 0
    failing: list[ConnectorError | Exception] = field(default_factory=list)  # raised by the next polls

    def __post_init__(self) -> None:
        self.capabilities = EVERYTHING | {Capability.POLLING}

    async def poll(self, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
        with (self.file.parent / ASKED).open("a") as asked:
            asked.write(f"{cursor}\n")
        if self.failing:
            raise self.failing.pop(0)
        lines = self.file.read_text().splitlines()
        if cursor is None:
            return [], str(len(lines))
        while (self.file.parent / SLOW).exists():  # noqa: ASYNC110  (a file, because a test makes it in another process)
            await asyncio.sleep(0.02)
        told = [_event(json.loads(line)) for line in lines[int(cursor) :]]
        return told, str(max(int(cursor), len(lines) - self.behind))

    def happens(self, name: str, ticket: str = "7") -> None:
        """The requester wrote."""
        with self.file.open("a") as feed:
            feed.write(json.dumps({"id": name, "ticket": ticket}) + "\n")

    def asked(self) -> list[str]:
        """The cursors that anybody asked with."""
        file = self.file.parent / ASKED
        return file.read_text().split() if file.exists() else []


def _event(line: dict[str, str]) -> TicketEvent:
    return TicketEvent(
        line["id"], EventKind.MESSAGE_ADDED, line["ticket"], datetime.now(UTC), Role.REQUESTER, Visibility.PUBLIC
    )


def polling(database: Database, feed: Feed, every: float = 0.05, source: str = "feed") -> Polling:
    return Polling(database, {"acme": Desk("acme", feed, poll_every=every, source=source)})


async def _main(url: str, file: str) -> None:
    database = Database(url)
    await database.open()
    worker = polling(database, Feed(file=Path(file)))
    print("ready", flush=True)  # noqa: T201
    await worker.begin()
    while True:
        await worker.take_turn("acme")
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2]))
