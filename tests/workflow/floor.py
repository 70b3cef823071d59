"""The line in this process: a help desk in memory, a real database, the offline drafter, and walks made by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.contract import Person, Visibility
from gateway import policy
from gateway.access.people import Declared, Group, People
from gateway.knowledge.articles import Article, Audience
from gateway.knowledge.library import Library, keep
from gateway.models import Candidate, Drafter, PromptFile, Route
from gateway.policy import PolicySet, load
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database, Row
from gateway.store.intake import Arrival, accept
from gateway.store.jobs import Again, Lease
from gateway.workflow.jobs import Jobs
from gateway.workflow.line import Desk, Line
from tests.fakes import AGENT, MemoryDesk

PROMPTS = Path(__file__).parents[2] / "policies" / "prompts"
OFFLINE = Route("default", (Candidate("offline/extractive"),))
PEOPLE = People(
    [
        Declared("ann", "Ann Agent", "ann@acme.example", {"acme": "agent-1"}, frozenset({"care"})),
        Declared("lea", "Lea Lead", "lea@acme.example", {"acme": "lead-1"}, frozenset({"care", "leads"})),
        Declared("leo", "Leo Lead", "leo@acme.example", {"acme": "lead-2"}, frozenset({"leads"})),
    ],
    [Group("care", "Care"), Group("leads", "Leads")],
)
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
    return load({"approval/everything.yaml": POLICY.format(then=then)}, policy.Declared())


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

    async def last_event(self) -> int:
        return int((await self.only("select max(id) as id from event"))["id"])

    async def shown(self, ticket: str = "7") -> int:
        """A question whose draft stands in the ticket; returns its run."""
        event = await self.question(ticket=ticket)
        await self.walk(event)
        return event

    async def says(self, command: str, who: Person = AGENT, ticket: str = "7") -> int:
        """An agent writes an internal note, and its webhook is walked; returns the event."""
        note = self.desk.say(ticket, command, who, Visibility.INTERNAL)
        arrival = Arrival(f"note-{note}", "message_added", ticket, "agent", "internal", note, datetime.now(UTC), False)
        assert await accept(self.database, "acme", [arrival], b"{}", datetime.now(UTC)) == 1
        event = await self.last_event()
        await self.walk(event)
        return event

    async def carried_out(self) -> int:
        """Walk what a person asked for; returns the event."""
        row = await self.only("select max(id) as id from event where kind = 'review'")
        await self.walk(row["id"])
        return int(row["id"])

    async def draft_state(self, run: int) -> str:
        return str((await self.only("select state from draft where run_id = %(run)s", run=run))["state"])

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
        self.set(send_without_conditional_write=True)

    def set(self, **more: Any) -> None:
        """Other settings of the account."""
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
        people=PEOPLE,
        most_tries=4,
    )
    await line.drafter.ready()
    row = await database.one("insert into procrastinate_workers default values returning id")
    assert row
    return Floor(database, desk, line, int(row["id"]))
