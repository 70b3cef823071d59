"""What the kept words mean to a reader: one table, so that a page and its filters say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How loudly a word is shown. The word itself always says it too."""

    PLAIN = "plain"
    GOOD = "good"
    QUIET = "quiet"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    tone: Tone = Tone.PLAIN


RUN: Mapping[str, Word] = {
    "waiting": Word("Waiting for a worker", Tone.QUIET),
    "walking": Word("Walking"),
    "done": Word("Done", Tone.QUIET),
    "superseded": Word("Superseded", Tone.QUIET),
    "nothing": Word("Nothing to do", Tone.QUIET),
    "failed": Word("Failed", Tone.ALARM),
}
VERDICT: Mapping[str, Word] = {
    "send": Word("Send", Tone.GOOD),
    "review": Word("Review"),
    "withhold": Word("Withhold", Tone.QUIET),
}
DRAFT: Mapping[str, Word] = {
    "proposed": Word("Not in the ticket yet"),
    "withheld": Word("Withheld", Tone.QUIET),
    "shown": Word("In the ticket"),
    "held": Word("On hold"),
    "approved": Word("Approved", Tone.GOOD),
    "sent": Word("Sent", Tone.GOOD),
    "rejected": Word("Rejected", Tone.QUIET),
    "superseded": Word("Superseded", Tone.QUIET),
    "expired": Word("Expired", Tone.ALARM),
    "closed": Word("Closed", Tone.QUIET),
    "uncertain": Word("Uncertain: look into the ticket", Tone.ALARM),
}
OUTCOME: Mapping[str, Word] = {
    "sent_as_is": Word("Sent as is", Tone.GOOD),
    "light_edit": Word("Sent, lightly edited", Tone.GOOD),
    "rewritten": Word("Rewritten"),
    "not_used": Word("Not used", Tone.QUIET),
}
WRITE: Mapping[str, Word] = {
    "intent": Word("Begun: it may or may not be stored"),
    "written": Word("Written and read back", Tone.GOOD),
    "uncertain": Word("Uncertain: look into the ticket", Tone.ALARM),
    "dropped": Word("Not written", Tone.QUIET),
}
ATTEMPT: Mapping[str, Word] = {
    "ok": Word("Answered", Tone.GOOD),
    "error": Word("Failed", Tone.ALARM),
    "timeout": Word("Too slow", Tone.ALARM),
    "cancelled": Word("Cancelled", Tone.QUIET),
    "refused": Word("Refused by the provider", Tone.ALARM),
    "abandoned": Word("Never ended: its process died", Tone.ALARM),
}
VISIBILITY: Mapping[str, Word] = {
    "public": Word("public"),
    "internal": Word("internal note"),
    "draft": Word("draft"),
}
TABLES: Mapping[str, Mapping[str, Word]] = {
    "run": RUN,
    "verdict": VERDICT,
    "draft": DRAFT,
    "outcome": OUTCOME,
    "write": WRITE,
    "attempt": ATTEMPT,
    "visibility": VISIBILITY,
}


ACTED: Mapping[str, str] = {
    "approve": "approved",
    "reject": "rejected",
    "redraft": "asked for another draft",
    "hold": "held",
    "escalate": "escalated",
    "reopen": "opened again",
    "checked": "checked afterwards",
    "status": "asked how it stands",
    "misunderstood": "said something that was not understood",
}


def acted(value: str) -> str:
    """What somebody did with a draft, in the past tense of a history."""
    return ACTED.get(value) or plain(value).lower()


def word(value: str | None, table: str) -> Word:
    """A kept word for people; one that this version does not know is shown as it is."""
    if value is None:
        return Word("not known", Tone.QUIET)
    return TABLES[table].get(value) or Word(plain(value))


def plain(value: str) -> str:
    """`ticket_created` as "Ticket created"."""
    text = value.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
