"""The line in this process: a help desk in memory, a real database, the offline drafter, and walks made by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.knowledge.articles import Article, Audience
from gateway.knowledge.library import Library, keep
from gateway.models import Candidate, Drafter, PromptFile, Route
from gateway.policy import Declared, PolicySet, load
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database, Row
from gateway.store.intake import Arrival, accept
from gateway.store.jobs import Again, Lease
from gateway.workflow.jobs import Jobs
from gateway.workflow.line import Desk, Line
from tests.fakes import MemoryDesk

PROMPTS = Path(__file__).parents[2] / "policies" / "prompts"
OFFLINE = Route("default", (Candidate("offline/extractive"),))
POLICY = """
version: 1
policy: everything
title: One verdict for every draft
owner: {{team: Tests, contact: tests@example.com}}
rules:
  - rule: everything
    when: always
    then: {then}
"""
REVIEW = "{reply: review, because: A person looks at every draft.}"
SEND = "{reply: send, because: Everything may go.}"
ROUTED = "{reply: review, escalate: {team: billing, tags: [refund]}, because: Billing looks.}"
ARTICLE = (
    "A parcel within the country arrives within three working days after it was sent. You can follow it with the "
    "tracking link in the mail that we send when it leaves the warehouse."
)
QUESTION = "When does my parcel arrive within the country?"


def policies(then: str) -> PolicySet:
    return load({"approval/everything.yaml": POLICY.format(then=then)}, Declared())


@dataclass
class Floor:
    """Everything that a worker has, without the queue: who walks which event is up to the test."""

    database: Database
    desk: MemoryDesk
    line: Line
    worker: int

    async def arrive(self, ticket: str = "7", name: str = "e1") -> int:
        """A webhook said that the requester wrote; returns the event."""
        arrival = Arrival(name, "message_added", ticket, "requester", "public", None, datetime.now(UTC), True)
        assert await accept(self.database, "acme", [arrival], b"{}", datetime.now(UTC)) == 1
        return int((await self.only("select max(id) as id from event"))["id"])

    async def walk(self, event: int) -> float | None:
        """One try of the event's job; the delay in seconds if the try asks for another one under the same lock."""
        job = await self.only(
            """update procrastinate_jobs set status = 'doing', worker_id = %(worker)s, attempts = attempts + 1
               where id = (select max(id) from procrastinate_jobs
                           where (args->>'event_id')::bigint = %(event)s and task_name = 'walk')
               returning id, attempts""",
            worker=self.worker,
            event=event,
        )
        delay: float | None = None
        try:
            await Jobs(self.line).walk(Lease(job["id"], self.worker, job["attempts"]), event_id=event)
        except Again as again:
            delay = again.delay
        # As the queue would: another try of the same job, or the end of it and of its lock.
        await self.database.run(
            """update procrastinate_jobs set worker_id = null, scheduled_at = null,
               status = %(status)s::procrastinate_job_status where id = %(job)s and status = 'doing'""",
            {"job": job["id"], "status": "succeeded" if delay is None else "todo"},
        )
        return delay

    async def question(self, text: str = QUESTION, ticket: str = "7") -> int:
        """A ticket with a question, and its event."""
        self.desk.open(ticket, text)
        return await self.arrive(ticket, f"event-of-{ticket}")

    async def run(self, event: int) -> Row:
        return await self.only("select * from run where id = %(event)s", event=event)

    async def writes(self, event: int) -> dict[str, str]:
        """The state of each write by its purpose."""
        rows = await self.database.all(
            "select purpose, state from write_back where run_id = %(e)s order by id", {"e": event}
        )
        return {row["purpose"]: row["state"] for row in rows}

    async def only(self, sql: str, **values: Any) -> Row:
        (row,) = await self.database.all(sql, values)  # type: ignore[arg-type]
        return row

    def decide_by(self, then: str) -> None:
        """Another policy for every draft."""
        found = policies(then)
        self.line = replace(self.line, policies=lambda: found)

    def ask(self, route: Route) -> None:
        """Another route of models."""
        self.line = replace(self.line, routes={**self.line.routes, "default": route})

    def opt_in_to_sending(self) -> None:
        self._desk(send_without_conditional_write=True)

    def _desk(self, **more: Any) -> None:
        self.line = replace(self.line, desks={"acme": replace(self.line.desks["acme"], **more)})


async def built(database: Database, desk: MemoryDesk, *, then: str = REVIEW, more: Mapping[str, Any] = {}) -> Floor:
    """A floor with one account, one article, and one verdict for every draft."""
    article = Article(
        source="help", id="parcels", title="Where is my parcel?", text=ARTICLE, url="https://help.example.com/parcels",
        language="en", audience=Audience.PUBLIC, updated_at=datetime.now(UTC) - timedelta(days=30),
    )  # fmt: skip
    await keep(database, "help", "Care", [article])
    library = Library(database)
    await library.refresh()
    found = policies(then)
    line = Line(
        database=database,
        desks={"acme": Desk("acme", desk, knowledge=("help",), **more)},
        routes={"default": OFFLINE},
        drafter=Drafter(PromptFile.load(PROMPTS / "draft.md"), PromptFile.load(PROMPTS / "repair.md")),
        attempts=AttemptRows(database),
        policies=lambda: found,
        library=library,
        pages_url="http://127.0.0.1:8400",
        most_tries=4,
    )
    await line.drafter.ready()
    row = await database.one("insert into procrastinate_workers default values returning id")
    assert row
    return Floor(database, desk, line, int(row["id"]))
