"""How the stub may behave, and how a request chooses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

STATUS = re.compile(r"([45]\d\d)(?:-after-(\d{1,4})|(-bare))?")  # with a Retry-After, or surely without one
MARKER = re.compile(r"\[\[stub:([a-z0-9-]{1,20})\]\]")


class Behaviour(StrEnum):
    """What the stub does. A number, such as 503, answers with that HTTP status."""

    GOOD = "good"  # a structured answer from the passages
    WRONG = "wrong"  # confident, with facts, a link and a citation that nobody gave it
    SLOW = "slow"  # good, after four seconds
    HANGS = "hangs"  # never answers
    FAILS = "fails"  # 503
    DROPS = "drops"  # closes the line half way
    RESET = "reset"  # closes the line before a word
    BLANK = "blank"  # an answer of no bytes
    GARBLED = "garbled"  # an answer that is no JSON at all
    DRIPS = "drips"  # a byte, and another byte, and no end
    MISNAMED = "misnamed"  # good, and says that another model gave it
    OBEYS = "obeys"  # does what an attacker wrote
    PARROTS = "parrots"  # a good answer, and in it, word for word, whatever the data ends with
    REFUSES = "refuses"  # a refusal in words
    FILTERED = "filtered"  # stopped by the provider's own filter
    CUT = "cut"  # ends in mid-sentence
    HUGE = "5mb"  # five million characters
    BADJSON = "badjson"  # broken JSON; good when asked to repair it
    HOPELESS = "hopeless"  # broken JSON, and again when asked to repair it
    PROSE = "prose"  # plain text with marks, no JSON
    MARKDOWN = "markdown"  # JSON inside Markdown, with chatter around it
    EMPTY = "empty"
    NOUSAGE = "nousage"  # good, without saying what it used
    LIES = "lies"  # good, with a negative and an absurd usage
    INFLATES = "inflates"  # good, with ten times the usage
    NOJSON = "nojson"  # 400 when asked for a response format
    FLAKY = "flaky"  # 500 for the first call of its model, good from then on


@dataclass(slots=True)
class Override:
    """What `/_behave` asked for. `times` None: until deleted."""

    behaviour: str
    times: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What this request gets: a behaviour or an HTTP status to fail with."""

    behaviour: Behaviour
    status: int = 200
    retry_after: float | None = None


def chosen(name: str, retry_after: float | None = None) -> Choice:
    """The choice that a name stands for; an unknown name is good."""
    if failing := STATUS.fullmatch(name):
        status, told, bare = failing.groups()
        usual = 30.0 if status == "429" and not bare else None
        return Choice(
            Behaviour.FAILS, int(status), float(told) if told else usual if retry_after is None else retry_after
        )
    if name == Behaviour.FAILS:
        return Choice(Behaviour.FAILS, 503, retry_after)
    return Choice(Behaviour(name) if name in set(Behaviour) else Behaviour.GOOD)


def choose(override: Override | None, text: str, model: str) -> Choice:
    """Override first, then a marker in the text, then the model's name."""
    if override is not None:
        return chosen(override.behaviour, override.retry_after)
    if marker := MARKER.search(text):
        return chosen(marker.group(1))
    return chosen(model.rsplit("/", 1)[-1].removeprefix("stub-").split(":", 1)[0])


def text_of(body: Mapping[str, Any]) -> str:
    """All text of a request, system prompt first."""
    parts = [str(body.get("system") or ""), str(body.get("prompt") or "")]
    for message in body.get("messages") or ():
        content = message.get("content")
        parts.append(
            content if isinstance(content, str) else " ".join(str(part.get("text", "")) for part in content or ())
        )
    return "\n".join(part for part in parts if part)
