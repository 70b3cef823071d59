"""What is known of a provider before it is called, and learnt after: one view for all workers of an installation.

After ten calls in a row that failed its circuit opens: nobody calls it, but for one call at a time that finds out
whether it answers again. A Retry-After and the limits that `countersign.yaml` declares hold for all workers too.
"""

from dataclasses import dataclass
from enum import StrEnum


class Heard(StrEnum):
    """What a call told of its provider. A call that tells nothing has none: one that we gave up, or a wrong key."""

    ANSWERED = "answered"  # whatever it said: it is there
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Gate:
    """What a call needs of its provider. `key`: the model as the route names it, and where it stands. `patience_s`: a
    call that finds out whether it answers again is believed dead after that. `tokens`: what it will use, estimated."""

    key: str
    patience_s: float
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    tokens: int = 0

    @property
    def model(self) -> str:
        """The key without the place: a label that stays short."""
        return self.key.partition(" ")[0]

    @property
    def limited(self) -> bool:
        """Whether limits are declared."""
        return self.requests_per_minute is not None or self.tokens_per_minute is not None


class Shut(Exception):
    """The provider is not to be called now, and was not. `circuit`: because it does not answer; else a Retry-After or a
    declared limit is not over for `wait` seconds."""

    def __init__(self, key: str, wait: float, *, circuit: bool) -> None:
        super().__init__(f"{key} is not called for {wait:.1f} s")
        self.key = key
        self.wait = wait
        self.circuit = circuit
