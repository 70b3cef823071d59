"""What the review page shows of a draft, from the rows that the line kept. Anything may be missing: it was erased."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from connectors.contract import Role, Visibility, text_hash
from gateway.pages import shapes
from gateway.pages.reviewing.highlight import quoted_parts
from gateway.records import DraftState
from gateway.screening import clean
from gateway.store.reports.review import ReviewStory
from gateway.workflow.review import current_text, still_needed

OPEN = (DraftState.SHOWN, DraftState.HELD)
MOST_MESSAGES = 30
WHERE = {"note": "in the ticket", "page": "on this page", "sidebar": "in the sidebar", "system": "by itself"}
OLD_AFTER_DAYS = 365


@dataclass(frozen=True, slots=True)
class Entry:
    """A message of the ticket, newest first. `asked`: the draft answers it."""

    who: str
    internal: bool
    at: str
    text: str = field(repr=False)
    asked: bool = False
    files: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that the draft was offered. `parts`: (text, whether the draft rests on it)."""

    number: int
    title: str
    url: str | None
    updated_at: str | None
    cited: bool
    parts: Sequence[tuple[str, bool]] = field(repr=False)

    @property
    def old(self) -> bool:
        """Older than a year: worth a look before it is quoted."""
        if self.updated_at is None:
            return False
        try:
            at = datetime.fromisoformat(self.updated_at)
        except ValueError:
            return False
        return (datetime.now(UTC) - at).days > OLD_AFTER_DAYS if at.tzinfo else False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word that was said of the draft, for its history."""

    at: datetime
    act: str
    by: str
    where: str
    edited: bool
    changed: Sequence[str]
    words: str | None = field(repr=False)


@dataclass(frozen=True)
class View:
    """What the template asks for."""

    story: ReviewStory

    @property
    def state(self) -> DraftState:
        return DraftState(self.story.draft["state"])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @cached_property
    def text(self) -> str | None:
        """The reply as it stands now: as last edited, else as drafted. None once erased."""
        return current_text(self.story.draft, self.story.reviews)

    @property
    def seen(self) -> str:
        """What a form says was before its reader's eyes."""
        return text_hash(self.text or "")

    @property
    def edited_by(self) -> str | None:
        last = next((one for one in reversed(self.story.reviews) if one["act"] == "approve" and one["edited"]), None)
        return last["by"] if last else None

    @property
    def needs(self) -> list[str]:
        """Which approvals are missing, in words."""
        return list(still_needed(self.story.draft, self.story.reviews))

    @property
    def groups(self) -> list[str]:
        return [wanted["group"] for wanted in self.story.draft["approvers"] or ()]

    @property
    def subject(self) -> str | None:
        ticket = self._content("context")
        return ticket.get("subject") if ticket else None

    @property
    def ticket_url(self) -> str | None:
        return shapes.ContextData.read(self._data("context")).url

    @property
    def language(self) -> str | None:
        return shapes.ScreenData.read(self._data("screen")).language

    @cached_property
    def thread(self) -> list[Entry]:
        """The ticket as the draft's run read it, without what the gateway itself wrote."""
        return list(self._thread())[::-1][:MOST_MESSAGES]

    def _thread(self) -> Iterator[Entry]:
        ticket = self._content("context") or {}
        for message in ticket.get("messages", ()):
            author = message.get("author") or {}
            if author.get("role") in (Role.INTEGRATION, Role.SYSTEM):
                continue
            yield Entry(
                who=author.get("name") or author.get("role") or "somebody",
                internal=message.get("visibility") != Visibility.PUBLIC,
                at=message.get("created_at", ""),
                text=clean(message.get("body", ""), message.get("format", "text")).text,
                asked=message.get("id") == self.story.draft["answers"],
                files=[file.get("name", "a file") for file in message.get("attachments", ())],
            )

    @cached_property
    def sources(self) -> list[Source]:
        """What the draft may quote, cited ones first, each with the sentences that it rests on."""
        drafted = shapes.DraftData.read(self._data("draft"))
        cited = set(drafted.cited or ())
        passages = shapes.GroundData.read(self._data("ground")).passages or []
        found = [
            Source(
                passage.number,
                passage.title or passage.article or "Untitled",
                passage.url,
                passage.updated_at,
                passage.number in cited,
                quoted_parts(passage.text or "", self.text or "" if passage.number in cited else ""),
            )
            for passage in passages
            if passage.number is not None and passage.public
        ]
        return sorted(found, key=lambda source: (not source.cited, source.number))

    @property
    def history(self) -> list[Spoken]:
        return [
            Spoken(
                one["at"],
                one["act"],
                one["by"],
                WHERE.get(one["via"]) or str(one["via"]),
                one["edited"],
                (one["detail"] or {}).get("changed", ()),
                (one["content"] or {}).get("words"),
            )
            for one in self.story.reviews
        ]

    @property
    def findings(self) -> list[shapes.Finding]:
        kept = shapes.CheckContent.read(self._content("check"))
        return [finding for finding in kept.findings or [] if finding.detail]

    @property
    def masked(self) -> list[str]:
        """Kinds of personal data that the model did not see."""
        return sorted(kind.lower().replace("_", " ") for kind in shapes.ScreenData.read(self._data("screen")).pii or {})

    @property
    def open_questions(self) -> list[str]:
        kept = self._content("draft") or {}
        return [question for question in kept.get("open_questions", ()) if isinstance(question, str)]

    @property
    def changed(self) -> list[str]:
        """Why the last approval was not sent: what had happened on the ticket."""
        last = self.story.reviews[-1] if self.story.reviews else None
        return list((last["detail"] or {}).get("changed", ())) if last and last["act"] == "reopen" else []

    def _data(self, step: str) -> Any:
        return self.story.steps.get(step, (None, None))[0]

    def _content(self, step: str) -> Any:
        found = self.story.steps.get(step, (None, None))[1]
        return found if isinstance(found, dict) else None
