"""A ledger in memory that keeps the promises of `AttemptLog`, and words for what the tests ask of it."""

from dataclasses import dataclass, field
from decimal import Decimal

from gateway.ledger.attempt import AttemptFinished, AttemptStarted
from gateway.models import DraftRequest, PromptPassage

REFUNDS = PromptPassage(
    1,
    "Refund times",
    "Refunds take five working days to arrive. They go back to the card that was used.",
    language="en",
)
STAFF = PromptPassage(2, "Internal: goodwill", "Staff may waive fees up to 500 dollars on the quiet.", quotable=False)


@dataclass(slots=True)
class MemoryLog:
    """Rows in order. Ending one twice, or one that was never begun, is an error."""

    started: list[AttemptStarted] = field(default_factory=list)
    finished: dict[int, AttemptFinished] = field(default_factory=dict)

    async def start(self, attempt: AttemptStarted) -> int:
        self.started.append(attempt)
        return len(self.started)

    async def finish(self, attempt_id: int, finished: AttemptFinished) -> bool:
        assert 0 < attempt_id <= len(self.started)
        assert attempt_id not in self.finished
        self.finished[attempt_id] = finished
        return False

    @property
    def rows(self) -> list[AttemptFinished]:
        """The finished rows in the order of their calls; every row must be finished."""
        assert sorted(self.finished) == list(range(1, len(self.started) + 1))
        return [self.finished[attempt_id] for attempt_id in sorted(self.finished)]

    @property
    def kinds(self) -> list[str | None]:
        """What went wrong with each call; None where nothing did."""
        return [row.error_kind for row in self.rows]

    def cost(self) -> Decimal:
        """The sum of what is known."""
        return sum((row.cost_usd for row in self.rows if row.cost_usd is not None), Decimal(0))


def request_for(question: str = "How long does a refund take?", language: str = "en", **more: object) -> DraftRequest:
    """A request about refunds, with a public and an internal passage."""
    told: dict[str, object] = {"run_id": 7, "passages": (REFUNDS, STAFF), **more}
    return DraftRequest(question=question, language=language, **told)  # type: ignore[arg-type]


async def nothing() -> None:
    """A `before_call` that has no objection."""
