"""What the steps kept, read leniently: a row of an older version, or half a row, must still be told.

A part that is missing or has another shape becomes None, which a page shows as "not known".
"""

from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)


class Shape(BaseModel):
    """Every field has None as its default, and takes it when what was kept does not fit."""

    model_config = ConfigDict(extra="ignore")

    @field_validator("*", mode="wrap")
    @classmethod
    def _or_none(cls, value: Any, handler: ValidatorFunctionWrapHandler, _: ValidationInfo) -> Any:
        try:
            return handler(value)
        except ValidationError:
            return None

    @classmethod
    def read(cls, kept: Any) -> Self:
        return cls.model_validate(kept if isinstance(kept, dict) else {})


class RunData(Shape):
    """The run's row, which does not exist before a worker begins."""

    reason: str | None = None
    model: str | None = None
    waited_ms: float | None = None
    took_ms: float | None = None
    policy_version: str | None = None


class Word(Shape):
    value: str | None = None
    origin: str | None = None


class Known(Word):
    """What is told of a customer, by whom, and whoever tells something else."""

    differing: str | None = None
    others: list[Word] | None = None


class ContextData(Shape):
    version: str | None = None
    status: str | None = None
    channel: str | None = None
    priority: str | None = None
    queue: str | None = None
    tags: list[str] | None = None
    messages: int | None = None
    attachments: int | None = None
    answers: str | None = None
    unanswered: int | None = None
    url: str | None = None
    known: dict[str, Known] | None = None


class Entry(Shape):
    id: str | None = None
    role: str | None = None
    visibility: str | None = None
    created_at: str | None = None
    attachments: int | None = None


class ContextContent(Shape):
    messages: list[Entry] | None = None


class Signal(Shape):
    name: str | None = None
    place: str | None = None


class Injection(Shape):
    score: float | None = None
    signals: list[Signal] | None = None


class ScreenData(Shape):
    language: str | None = None
    language_confidence: float | None = None
    pii: dict[str, int] | None = None
    injection: Injection | None = None
    topics: dict[str, float] | None = None
    removed: list[str] | None = None
    empty: bool | None = None


class Said(Shape):
    role: str | None = None
    text: str | None = None


class ScreenContent(Shape):
    question: str | None = None
    subject: str | None = None
    thread: list[Said] | None = None
    attachments: list[str] | None = None


class Passage(Shape):
    number: int | None = None
    source: str | None = None
    article: str | None = None
    title: str | None = None
    url: str | None = None
    public: bool | None = None
    language: str | None = None
    score: float | None = None
    updated_at: str | None = None
    text: str | None = None


class GroundData(Shape):
    grounding: float | None = None
    passages: list[Passage] | None = None


class DraftData(Shape):
    model: str | None = None
    provider: str | None = None
    route: str | None = None
    form: str | None = None
    prompt: str | None = None
    prompt_version: str | None = None
    cited: list[int] | None = None
    unknown_citations: list[int] | None = None
    confidence: float | None = None
    knows: bool | None = None
    cut: bool | None = None
    refused: bool | None = None
    offline: bool | None = None
    skipped: list[str] | None = None


class DraftContent(Shape):
    """`marked` and `masked` both have placeholders here: the story never tells a restored text."""

    marked: str | None = None
    masked: str | None = None
    open_questions: list[str] | None = None
    unknown_placeholders: list[str] | None = None


class Finding(Shape):
    kind: str | None = None
    severity: str | None = None
    detail: str | None = None


class Confidence(Shape):
    value: float | None = None
    parts: dict[str, float | None] | None = None


class CheckData(Shape):
    findings: list[Finding] | None = None
    confidence: Confidence | None = None


class CheckContent(Shape):
    """The same findings with their details; `details` alone is how an older version kept them."""

    findings: list[Finding] | None = None
    details: list[str] | None = None


class DecideData(Shape):
    verdict: str | None = None
    because: list[str] | None = None
    policy_version: str | None = None
    lowered: str | None = None
