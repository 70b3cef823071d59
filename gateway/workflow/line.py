"""What the line works with: handed over once by `bootstrap`, the same for every run of a worker."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.contract import Connector
from gateway.access.people import People
from gateway.knowledge.library import Library
from gateway.ledger.budgets import Budget
from gateway.models import Drafter, Route, Voice
from gateway.policy import PolicySet
from gateway.screening.detectors import Detectors
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from gateway.workflow.definitions import Definition


@dataclass(frozen=True, slots=True)
class Desk:
    """One account: its help desk, and what its owner decided about it."""

    name: str
    connector: Connector
    knowledge: tuple[str, ...] = ()
    route: str = "default"
    language: str | None = None
    voice: Voice = field(default_factory=Voice)
    phone_regions: tuple[str, ...] = ("US", "GB", "DE")
    order_numbers: tuple[str, ...] = ()  # shapes such as HT-######
    vip_tags: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()  # what a customer is, and who tells it
    currency: str | None = None
    allowed_domains: tuple[str, ...] = ()
    send_without_conditional_write: bool = False
    drafts_open_tickets: bool = False  # also what waited for an answer before the account was connected
    poll_every: float | None = None  # seconds; None: events come by webhook alone
    settle: float = 0.0  # seconds that a message waits for the next one
    shadow: bool = False  # the whole line runs, and nothing at all is written into the help desk
    sample: float = 0.0  # the share of what policies send that a reviewer looks at afterwards
    reopened_within: timedelta = timedelta(days=7)
    words_per_minute: int = 240  # how fast people read
    source: str = ""  # which help desk is behind the account, so that another one's cursor is not taken for its own


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that a step may need. `policies` answers the set in force at the moment of asking."""

    database: Database
    desks: Mapping[str, Desk]
    routes: Mapping[str, Route]
    drafter: Drafter
    attempts: AttemptRows
    policies: Callable[[], PolicySet]
    library: Library
    pages_url: str
    people: People
    budgets: Sequence[Budget] = ()  # how much may be spent on models
    review_key: Callable[[int], str] = lambda _run_id: ""  # signs the link of a draft for its note
    most_tries: int = 12
    detectors: Detectors = field(default_factory=Detectors)

    def review_link(self, run_id: int) -> str:
        """Where a draft is reviewed. The key shows this one draft to whoever reads the note."""
        key = self.review_key(run_id)
        return f"{self.pages_url}/review/{run_id}" + (f"?key={key}" if key else "")
