"""What a check takes and what it says: the same two words for every check."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Self

from gateway.screening import Known, Vault

_READ = 50_000


class Kind(StrEnum):
    """What is wrong with a draft, or worth knowing of it."""

    EMPTY = "empty"
    CUT_OFF = "cut_off"
    REFUSAL = "refusal"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    UNCITED = "uncited"
    UNCITED_CLAIM = "uncited_claim"
    GONE_SOURCE = "gone_source"
    WRONG_LANGUAGE = "wrong_language"
    INVENTED_LINK = "invented_link"
    INVENTED_CONTACT = "invented_contact"
    FOREIGN_LINK = "foreign_link"
    INVENTED_QUOTE = "invented_quote"
    INVENTED_NAME = "invented_name"
    INVENTED_ORDER = "invented_order"
    PROMISE = "promise"
    AMOUNT = "amount"
    PERSONAL_DATA_OF_OTHERS = "personal_data_of_others"
    PROMPT_LEAK = "prompt_leak"
    TEMPLATE_SYNTAX = "template_syntax"
    MARKUP = "markup"
    TOO_LONG = "too_long"
    INTERNAL_QUOTED = "internal_quoted"
    ECHO = "echo"
    FOR_STAFF = "for_staff"
    ADVICE = "advice"
    TONE = "tone"
    PROFANITY = "profanity"


class Severity(StrEnum):
    """What a finding asks for, whatever the policies say: nothing, a person's eye, or never to be sent as it is."""

    NOTE = "note"
    CONCERN = "concern"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding from `start` to `end` of the restored draft; 0 to 0 where it is about the whole. `detail` is a
    sentence for an agent and holds no text of the ticket. `amount` and `currency` belong to `Kind.AMOUNT` alone."""

    kind: Kind
    severity: Severity
    start: int
    end: int
    detail: str
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that the draft was offered, by the number under which it may be cited."""

    number: int
    text: str = field(repr=False)
    title: str = ""
    url: str | None = None
    quotable: bool = True
    language: str | None = None


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """The part of the restored draft that names these sources."""

    start: int
    end: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft and everything that it is compared with.

    `text` is as a person would read it, `masked` as the model wrote it. `question` is what the requester wrote, not
    masked, `heard` what else stands in the ticket: subject, names of files, earlier messages. `language` is the one to
    answer in, `currency` the account's. `own` are values of the requester, `others` those of anybody else in the
    ticket, `ours` the names that the account answers by. `gone` are numbers of sources that have been
    taken back since they were searched. `prompt` is the text that must not leak. `most_characters` is
    the channel's.
    """

    text: str = field(repr=False)
    masked: str = field(repr=False)
    citations: tuple[CitedSpan, ...] = ()
    sources: tuple[Source, ...] = ()
    question: str = field(default="", repr=False)
    heard: str = field(default="", repr=False)
    language: str | None = None
    unknown_placeholders: tuple[str, ...] = ()
    unknown_citations: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    own: tuple[Known, ...] = ()
    others: tuple[Known, ...] = ()
    ours: str = ""
    allowed_domains: frozenset[str] = frozenset()
    currency: str | None = None
    prompt: str = field(default="", repr=False)
    cut: bool = False
    refused: bool = False
    to_requester: bool = True
    most_characters: int = 6_000

    @classmethod
    def of(
        cls,
        masked: str,
        vault: Vault,
        *,
        citations: Iterable[tuple[int, int, Sequence[int]]] = (),
        **rest: object,
    ) -> Self:
        """From the model's text: restored, the spans of `citations` moved along, unknown placeholders asked for."""
        moved = tuple(
            CitedSpan(len(vault.restore(masked[:start])), len(vault.restore(masked[:end])), tuple(numbers))
            for start, end, numbers in citations
        )
        unknown = tuple(vault.unknown_placeholders(masked))
        return cls(vault.restore(masked), masked, moved, unknown_placeholders=unknown, **rest)  # type: ignore[arg-type]

    def bounded(self) -> Self:
        """The part that is read: what is longer than 50,000 characters is a finding already."""
        if len(self.text) <= _READ:
            return self
        return replace(self, text=self.text[:_READ], masked=self.masked[:_READ])

    @property
    def cited(self) -> tuple[Source, ...]:
        """The sources that the draft names, in the order of their numbers."""
        named = {number for span in self.citations for number in span.numbers}
        return tuple(source for source in self.sources if source.number in named)

    @property
    def citable(self) -> tuple[Source, ...]:
        """Of those, the ones that this reader may see."""
        return tuple(source for source in self.cited if source.quotable or not self.to_requester)


Check = Callable[[Checked], Iterable[Finding]]


def whole(kind: Kind, severity: Severity, detail: str) -> Finding:
    """A finding about the draft as a whole."""
    return Finding(kind, severity, 0, 0, detail)
