"""What a model may see: the masked ticket, the passages and the account's voice, handed over as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.ledger.attempt import UNNAMED, Origin


class Audience(StrEnum):
    """Who will read the draft in the end."""

    REQUESTER = "requester"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One earlier message, masked. `role` as the help desk says it: requester, agent, participant."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What is in an attached file, masked. `name` also says its type, its size, and whether something is missing."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PromptPassage:
    """What a draft may quote, numbered as it is cited. One that is not `quotable` never reaches a public draft."""

    number: int
    title: str
    text: str
    quotable: bool = True
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """How an account speaks. Written by its owner, so it may stand in the system prompt."""

    brand: str = ""
    tone: str = "friendly, plain and brief"
    sign_off: str = ""


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """One draft, asked for. All texts are masked already; `language` is a two-letter code; `facts` may be told.

    `attempts_before` is how many attempts the run has made already, so that numbers go on where they stopped.
    """

    run_id: int
    question: str
    language: str
    origin: Origin = UNNAMED
    subject: str = ""
    thread: tuple[ThreadMessage, ...] = ()
    passages: tuple[PromptPassage, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    unread_attachments: tuple[str, ...] = ()
    files: tuple[ReadFile, ...] = ()
    questions: tuple[str, ...] = ()  # those that the question asks, masked
    left_out: int = 0  # earlier messages that are not in `thread`
    voice: Voice = Voice()
    audience: Audience = Audience.REQUESTER
    attempts_before: int = 0
    instruction: str = ""  # what a colleague wants different, masked
    previous: str = ""  # the draft that it speaks of, masked

    def visible_passages(self) -> tuple[PromptPassage, ...]:
        """The passages that this audience may have."""
        if self.audience is Audience.AGENT:
            return self.passages
        return tuple(passage for passage in self.passages if passage.quotable)
