"""One run on its way: what it has found, what is still to be kept, and whether it may go on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connectors.contract import EventKind
from connectors.counting import Calls
from connectors.tracing import current
from gateway.errors import LostLease, NothingOwed, Paused, Superseded
from gateway.ledger.attempt import Origin
from gateway.records import WriteState
from gateway.screening import Kind
from gateway.store.database import Row
from gateway.store.deadlines import DEADLINE
from gateway.store.intake import Arrival, accept
from gateway.store.jobs import Lease
from gateway.store.opened_run import KeptStep, OpenedRun
from gateway.store.reviews import REDRAFT, of_event
from gateway.store.run_rows import RunRows
from gateway.telemetry import step_seconds
from gateway.tracing import span
from gateway.workflow.line import Desk, Line

OVERTAKEN = "a newer message of this ticket takes over"
PAUSED = "the account is paused"
FRESH = 1.0  # seconds; a worker that was silent for 1.5 may be believed dead, where that is set to happen soonest
JUST = 0.05  # seconds: an answer that came with the last checkpoint is one of right now


def awake() -> float:
    """A clock that goes on while this process is stopped, and where the system can tell, while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Walk:
    """A run in the hands of a worker. Steps read what is kept before they do anything again."""

    def __init__(self, line: Line, rows: RunRows, opened: OpenedRun, lease: Lease, asked_at: float) -> None:
        event = opened.event
        self.line = line
        self.rows = rows
        self.lease = lease
        self.event = event
        self.run_id: int = event["id"]
        self.account: str = event["account"]
        self.ticket_id: str = event["ticket_id"]
        self.attempts_before: int = event["attempts"]
        self.writes = opened.writes
        self.lost_times = opened.lost_times
        self.opened_at: datetime = event["now"]  # by the database's clock, as all that is compared across machines
        self.step_ms: dict[str, float] = {name: step.ms for name, step in opened.steps.items()}
        self.answers: str | None = None  # the message that is to be answered, once the ticket was read
        self.past: Row = {}  # what went before on this ticket
        self.origin = Origin(self.account, self.ticket_id)  # what models are asked for, once they were chosen
        self.calls = Calls()  # to the help desk
        self.verdict: str | None = None
        self.policy_version: str | None = None
        self.shown: frozenset[Kind] = frozenset()  # kinds of personal data that the models may see in clear
        self._steps = opened.steps
        self._standing, self._stood_at = opened.standing, asked_at
        if event["requester"]:
            rows.resume_requester(event["requester"])
        if self.is_act:
            rows.draft_run, _ = of_event(event)

    @classmethod
    async def open(cls, line: Line, event_id: int, lease: Lease) -> "Walk | None":
        """Begin, or take up again; None where the event does not exist or has ended."""
        rows = RunRows(line.database, event_id)
        asked_at = awake()
        opened = await rows.open(lease)
        if opened is None or opened.event["state"] != "waiting":
            return None
        return cls(line, rows, opened, lease, asked_at)

    @property
    def desk(self) -> Desk:
        try:
            return self.line.desks[self.account]
        except KeyError:
            raise NothingOwed(f"account {self.account} is not configured any more") from None

    @property
    def is_deadline(self) -> bool:
        """The event is a timer of ours, and no word of the help desk."""
        return bool(self.event["kind"] == DEADLINE)

    @property
    def is_act(self) -> bool:
        """The event is what a person said of a draft, and it is to be carried out on that draft's ticket."""
        return self.event["review_act"] not in (None, REDRAFT)

    @property
    def is_redraft(self) -> bool:
        """A person asked for another draft: the run goes down the line, and makes one of its own."""
        return bool(self.event["review_act"] == REDRAFT)

    @property
    def is_own_entry(self) -> bool:
        """The help desk tells of what we wrote ourselves. Known by the id on the receipt, which nobody can fake."""
        return bool(self.event["kind"] == EventKind.MESSAGE_ADDED and self.event["own_entry"])

    @property
    def was_drafted(self) -> bool:
        """There was a draft on this ticket when the walk began. New ones are only made under the ticket's lock, so that
        most tickets need not be asked what became of theirs."""
        return bool(self.event["drafted"])

    @property
    def has_open_intent(self) -> bool:
        """A write may have happened before this worker took over."""
        return any(write["state"] == WriteState.INTENT for write in self.writes.values())

    def kept(self, name: str) -> KeptStep | None:
        """What an earlier try found at this step."""
        return self._steps.get(name)

    def keep(self, name: str, data: Any, content: Any = None) -> None:
        """Collect a step's row for the next checkpoint. Personal text goes into `content` alone."""
        self.rows.step(name, self.step_ms.get(name, 0.0), data, content)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Measure a step in milliseconds; several measurements of one step add up."""
        began = time.perf_counter()
        try:
            with span(f"step {name}", {"countersign.step": name}):
                yield
        finally:
            took = time.perf_counter() - began
            self.step_ms[name] = round(self.step_ms.get(name, 0.0) + took * 1000, 3)
            step_seconds.labels(name).observe(took)

    async def stand(self) -> None:
        """May this run still act? Asked at its start, and right before every model call and every write."""
        if awake() - self._stood_at > JUST:
            await self._ask()
        self._obey()

    async def still_stand(self) -> None:
        """Asked again where the answer has grown old: this process may have been stopped right after it, for so long
        that another one has taken the run over and written."""
        while awake() - self._stood_at > FRESH:
            await self._ask()
            self._obey()

    async def _ask(self) -> None:
        asked_at = awake()
        self._standing = await self.rows.standing(self.lease)
        self._stood_at = asked_at

    def _obey(self) -> None:
        standing = self._standing
        if not standing.leased:
            raise LostLease("another worker has taken this run over")
        if standing.erased:
            raise NothingOwed("the requester's data was erased")
        if standing.overtaken:
            raise Superseded("somebody has acted on the draft" if self.is_deadline else OVERTAKEN)
        if standing.paused:
            raise Paused(PAUSED)

    async def checkpoint(self) -> None:
        """Keep what was found, and hear on the same trip how the run stands, for whoever asks next."""
        asked_at = awake()
        standing = await self.rows.commit(self.lease)
        if standing is not None:
            self._standing, self._stood_at = standing, asked_at

    async def stop_if_paused(self) -> None:
        """Asked before intents are kept: one that is never followed by its write is in doubt for no reason."""
        await self._ask()
        if self._standing.paused:
            raise Paused(PAUSED)

    async def read_again(self, version: str) -> None:
        """Walk the ticket anew from its state at `version`, in case that no webhook of the change arrives."""
        arrival = Arrival(
            event_id=f"changed:{self.ticket_id}:{version}",
            kind=EventKind.TICKET_CHANGED,
            ticket_id=self.ticket_id,
            author=None,
            visibility=None,
            message_id=None,
            occurred_at=None,
            supersedes=True,
        )
        await accept(self.line.database, self.account, [arrival], b"", None, current())
