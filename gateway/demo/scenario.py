"""The words of the demo's script: a ticket, the people in it, what happens to it, and how it must end."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from connectors.contract import BodyFormat


class Model(StrEnum):
    """Who answers: the offline drafter, or the stub model behaving in one way."""

    OFFLINE = "offline"
    WRONG = "stub-wrong"
    SLOW = "stub-slow"
    FAILS = "stub-fails"
    OBEYS = "stub-obeys"
    REFUSES = "stub-refuses"
    CUT = "stub-cut"


class Ending(StrEnum):
    """How the run of the requester's newest message ends: with a verdict, or before one."""

    SEND = "send"
    REVIEW = "review"
    WITHHOLD = "withhold"
    SUPERSEDED = "superseded"  # something newer on the ticket took over
    NOTHING = "nothing"  # nobody waits for a reply: answered already, or deleted


def _listed(value: Any) -> Any:
    """One word stands for a list of one."""
    return [value] if isinstance(value, str) else value


Author = Annotated[Literal["requester", "agent"], Field(alias="from")]
Text = Annotated[str, Field(max_length=50_000)]
Line = Annotated[str, Field(min_length=1, max_length=250)]
Address = Annotated[str, Field(pattern=r"^[^@\s]+@([a-z0-9-]+\.)*(example|example\.(com|org|net))$")]
Endings = Annotated[tuple[Ending, ...], BeforeValidator(_listed), Field(min_length=1)]


class _Strict:
    """A misspelt key is a mistake, never ignored."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Requester(_Strict):
    """An invented person. The address can only be one that is reserved for examples."""

    name: Line
    email: Address
    organisation: Line | None = None


@dataclass(frozen=True, slots=True)
class File(_Strict):
    """What the help desk shows of an attachment. `size` in bytes."""

    name: Line
    media_type: Line
    size: Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class PastMessage(_Strict):
    """A message that stands in the thread before the play begins."""

    author: Author
    hours_ago: Annotated[float, Field(gt=0)]
    body: Text
    internal: bool = False


@dataclass(frozen=True, slots=True)
class FollowUp(_Strict):
    """What happens next on the ticket: a public message, or its deletion.

    `after` counts seconds from the step before; "draft" waits until a draft stands in the ticket.
    """

    author: Author
    after: Annotated[float, Field(ge=0, le=60)] | Literal["draft"]
    body: Text | None = None
    deletes_ticket: bool = False

    def __post_init__(self) -> None:
        if (self.body is None) is not self.deletes_ticket:
            raise ValueError("give a body, or deletes_ticket: true")


@dataclass(frozen=True, slots=True)
class Expectation(_Strict):
    """How the ticket must end: with any one of `verdict`, at least these `topics`, exactly so many `notes` and
    `public_replies` written by the gateway. None in `escalated_to` and `because_contains` asks nothing."""

    verdict: Endings
    topics: tuple[Line, ...] = ()
    escalated_to: Line | None = None
    because_contains: Line | None = None
    notes: Annotated[int, Field(ge=0)] = 1
    public_replies: Annotated[int, Field(ge=0)] = 0

    def __post_init__(self) -> None:
        if self.public_replies and Ending.SEND not in self.verdict:
            raise ValueError("a public reply needs the verdict send")


@dataclass(frozen=True, slots=True)
class Scenario(_Strict):
    """One ticket of the play. `expect` is None for a ticket of a feed."""

    id: Line
    account: Line
    requester: Requester
    subject: Annotated[str, Field(max_length=250)]
    body: Text
    expect: Expectation | None = None
    format: BodyFormat = BodyFormat.TEXT
    language: Line | None = None
    channel: Line = "email"
    tags: tuple[Line, ...] = ()
    attachments: tuple[File, ...] = ()
    history: tuple[PastMessage, ...] = ()  # oldest first
    follow_ups: tuple[FollowUp, ...] = ()
    model: Model = Model.OFFLINE

    def __post_init__(self) -> None:
        ages = [message.hours_ago for message in self.history]
        if ages != sorted(ages, reverse=True):
            raise ValueError("history goes from the oldest message to the newest")
