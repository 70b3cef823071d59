"""Plays the tickets on the desk, as requesters and agents would, and follows what the gateway makes of each."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import ConnectorError
from connectors.http import HttpClient
from gateway.demo.scenario import Ending, FollowUp, Model, Scenario
from gateway.demo.stage import Stage
from gateway.store.database import Database
from gateway.store.reports import RunLine, run_list

ENDED = ("done", "superseded", "nothing", "uncertain", "failed")
BETWEEN_TICKETS = 0.08  # seconds
AT_ONCE = 16  # tickets that are being opened at the same moment
DRAFT_WITHIN = 60.0  # seconds that a follow-up waits for the draft


@dataclass(slots=True)
class Played:
    """One ticket of the play, and how far it is."""

    scenario: Scenario
    ticket_id: str | None = None
    opened_at: float = 0.0  # monotonic
    first_draft_s: float | None = None
    steps_left: int = 0
    run: RunLine | None = None
    open_runs: int = 0
    notes: int = 0
    replies: int = 0
    team: str | None = None
    topics: tuple[str, ...] = ()
    because: str = ""
    problem: str | None = None
    drafted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ending(self) -> Ending | None:
        """How the newest run ended; None while anything is still to come."""
        if self.run is None or self.open_runs or self.steps_left or self.run.state not in ENDED:
            return None
        if self.run.state == "done" and self.run.verdict:
            return Ending(self.run.verdict)
        return {"superseded": Ending.SUPERSEDED, "nothing": Ending.NOTHING}.get(self.run.state)

    @property
    def ended(self) -> bool:
        if self.problem:
            return True
        return self.run is not None and not self.open_runs and not self.steps_left and self.run.state in ENDED


@dataclass(slots=True)
class Play:
    """The whole play. `tickets` changes while it runs, so that a table can be drawn of it."""

    stage: Stage
    database: Database
    tickets: list[Played]
    _clients: dict[str, HttpClient] = field(default_factory=dict)
    _by_ticket: dict[tuple[str, str], Played] = field(default_factory=dict)

    @classmethod
    def of(cls, stage: Stage, database: Database, scenarios: Sequence[Scenario]) -> "Play":
        tickets = [Played(scenario, steps_left=1 + len(scenario.follow_ups)) for scenario in scenarios]
        clients = {
            account: HttpClient(
                stage.desk_url, headers={"authorization": f"Bearer {token}"}, allow_private_network=True
            )
            for account, token in stage.tokens.items()
        }
        return cls(stage, database, tickets, clients)

    async def perform(self) -> None:
        """Open all tickets, and let happen what follows on each."""
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for played in self.tickets:
                await asyncio.sleep(BETWEEN_TICKETS)
                group.create_task(self._perform(played, gate))

    async def _perform(self, played: Played, gate: asyncio.Semaphore) -> None:
        client = self._clients[played.scenario.account]
        try:
            async with gate:
                await self._open(client, played)
            for step in played.scenario.follow_ups:
                await self._follow_up(client, played, step)
                played.steps_left -= 1
        except ConnectorError as error:
            played.problem = f"the desk refused: {error}"
            played.steps_left = 0

    async def _open(self, client: HttpClient, played: Played) -> None:
        scenario = played.scenario
        ticket = await client.send("POST", "/api/tickets", json=_ticket(scenario))
        played.ticket_id, played.opened_at = ticket["id"], time.monotonic()
        self._by_ticket[scenario.account, ticket["id"]] = played
        played.steps_left -= 1

    async def _follow_up(self, client: HttpClient, played: Played, step: FollowUp) -> None:
        if step.after == "draft":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(played.drafted.wait(), DRAFT_WITHIN)
        else:
            await asyncio.sleep(step.after)
        path = f"/api/tickets/{played.ticket_id}"
        if step.deletes_ticket:
            await client.send("DELETE", path)
        else:
            author = "requester" if step.author == "requester" else "agent-jonas"
            await client.send("POST", f"{path}/messages", json={"body": step.body, "author": author})

    async def look(self) -> None:
        """Bring every ticket up to date from the gateway's rows."""
        newest: dict[tuple[str, str], RunLine] = {}
        still: Counter[tuple[str, str]] = Counter()
        lines, _ = await run_list(self.database, limit=100_000)
        for line in lines:
            key = (line.account, line.ticket_id)
            still[key] += line.state not in ENDED
            # The newest run that came to a verdict; later ones only look after the draft that it made.
            if key not in newest or (line.verdict and not newest[key].verdict):
                newest[key] = line
            if line.draft_state in ("shown", "sent", "withheld") and (played := self._by_ticket.get(key)):
                played.first_draft_s = played.first_draft_s or time.monotonic() - played.opened_at
                played.drafted.set()
        for key, played in self._by_ticket.items():
            if key in newest:
                played.run, played.open_runs = newest[key], still[key]

    async def inspect(self) -> None:
        """What really stands in each ticket, as the desk tells; for the expectations."""
        for played in self.tickets:
            if played.ticket_id is None or played.scenario.expect is None:
                continue
            with contextlib.suppress(ConnectorError):
                await self._inspect(self._clients[played.scenario.account], played)
            if played.run is not None:
                await self._reasons(played)

    async def _inspect(self, client: HttpClient, played: Played) -> None:
        path = f"/api/tickets/{played.ticket_id}"
        played.team = (await client.get(path))["team"]
        found = await client.get(f"{path}/messages", params={"limit": 100})
        own = [message for message in found["data"] if message["author"]["type"] == "integration"]
        played.notes = sum(message["visibility"] == "internal" for message in own)
        played.replies = sum(message["visibility"] == "public" for message in own)

    async def _reasons(self, played: Played) -> None:
        assert played.run is not None
        screened = await self.database.one(
            "select data from step where run_id = %(run)s and name = 'screen'", {"run": played.run.run_id}
        )
        decided = await self.database.one(
            "select data from step where run_id = %(run)s and name = 'decide'", {"run": played.run.run_id}
        )
        played.topics = tuple((screened or {}).get("data", {}).get("topics", {}))
        played.because = " ".join((decided or {}).get("data", {}).get("because", []))

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()


def missed(played: Played) -> list[str]:
    """In which ways a ticket did not end as expected."""
    expect, problems = played.scenario.expect, []
    if played.problem:
        return [played.problem]
    if expect is None:
        return [] if played.ended else ["has not ended"]
    if played.ending not in expect.verdict:
        problems.append(f"ended as {played.ending or (played.run.state if played.run else 'nothing')}")
    if missing := set(expect.topics) - set(played.topics):
        problems.append(f"topics not found: {', '.join(sorted(missing))}")
    if expect.escalated_to and played.team != expect.escalated_to:
        problems.append(f"is with {played.team or 'nobody'}, not {expect.escalated_to}")
    if expect.because_contains and expect.because_contains.lower() not in played.because.lower():
        problems.append(f"the reason does not say {expect.because_contains!r}")
    deleted = any(step.deletes_ticket for step in played.scenario.follow_ups)
    if not deleted and (played.notes, played.replies) != (expect.notes, expect.public_replies):
        problems.append(
            f"has {played.notes} notes and {played.replies} replies, not {expect.notes} and {expect.public_replies}"
        )
    return problems


def _ticket(scenario: Scenario) -> dict[str, Any]:
    tags = list(scenario.tags)
    if scenario.model is not Model.OFFLINE:
        tags.append(f"model:{scenario.model}")
    requester = {"name": scenario.requester.name, "email": scenario.requester.email}
    if scenario.requester.organisation:
        requester["organisation"] = scenario.requester.organisation
    return {
        "subject": scenario.subject or "(no subject)",
        "requester": requester,
        "body": scenario.body or " ",
        "format": scenario.format,
        "channel": scenario.channel,
        "language": scenario.language,
        "tags": tags,
        "attachments": [
            {"name": file.name, "media_type": file.media_type, "size": file.size} for file in scenario.attachments
        ],
        "earlier": [
            {
                "author": "requester" if past.author == "requester" else "agent-jonas",
                "body": past.body,
                "visibility": "internal" if past.internal else "public",
                "hours_ago": past.hours_ago,
            }
            for past in scenario.history
        ],
    }
