"""The shape of a reply: asked for as a schema, and found again in whatever the model made of it."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gateway.models.route import Form

LONGEST_REPLY = 20_000  # characters
MOST_ITEMS = 20
DEEPEST = 3  # JSON inside Markdown inside JSON
STARTS = 20  # places where a JSON object may begin
FENCE = re.compile(r"\A\s*```[a-zA-Z]*[ \t]*\n(.*?)\n?```\s*\Z", re.DOTALL)
SALVAGE = re.compile(r'"reply"\s*:\s*"((?:[^"\\]|\\.)*)')
TAG = re.compile(r"[^\w:./-]+")


def a_share(value: Any) -> float | None:
    """A confidence between 0 and 1, also from "0.8", "80%" or 80; None where it is neither."""
    try:
        number = float(str(value).strip().rstrip("%"))
    except ValueError:
        return None
    number = number / 100 if 1 < number <= 100 or str(value).strip().endswith("%") else number
    return number if 0 <= number <= 1 else None


def some_texts(value: Any) -> list[str]:
    """A short list of short texts, from a list or from one text."""
    items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [str(item).strip()[:300] for item in items[:MOST_ITEMS] if isinstance(item, str) and item.strip()]


def some_tags(value: Any) -> list[str]:
    """Tags that a help desk can take: no spaces, at most forty characters."""
    return [tag for item in some_texts(value) if (tag := TAG.sub("_", item.lower()).strip("_")[:40])]


def some_numbers(value: Any) -> list[list[int]]:
    """Passage numbers by sentence; a flat list is one number a sentence."""
    rows = value[:200] if isinstance(value, list) else []
    return [[number for number in (row if isinstance(row, list) else [row])[:10] if small(number)] for row in rows]


def small(value: Any) -> bool:
    """Whether it can be a passage's number."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1000


class ReplySchema(BaseModel):
    """What a model is asked for. Only `reply` must be right; the rest is taken as far as it makes sense."""

    model_config = ConfigDict(extra="ignore")

    reply: str = Field(max_length=LONGEST_REPLY)
    citations: Annotated[list[list[int]], BeforeValidator(some_numbers)] = []
    confidence: Annotated[float | None, BeforeValidator(a_share)] = None
    open_questions: Annotated[list[str], BeforeValidator(some_texts)] = []
    suggested_tags: Annotated[list[str], BeforeValidator(some_tags)] = []
    knows: Annotated[bool | None, BeforeValidator(lambda value: value if isinstance(value, bool) else None)] = None


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


# Strict schemas want every field required and no limits: platform.openai.com/docs/guides/structured-outputs
JSON_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reply": {"type": "string"},
        "citations": _list_of(_list_of({"type": "integer"})),
        "confidence": {"type": "number"},
        "open_questions": _list_of({"type": "string"}),
        "suggested_tags": _list_of({"type": "string"}),
        "knows": {"type": "boolean"},
    },
    "required": ["reply", "citations", "confidence", "open_questions", "suggested_tags", "knows"],
    "additionalProperties": False,
}
FORMATS: dict[Form, dict[str, Any]] = {
    Form.SCHEMA: {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "reply", "strict": True, "schema": JSON_SCHEMA},
        }
    },
    Form.JSON: {"response_format": {"type": "json_object"}},
}


def read_structure(text: str) -> ReplySchema | None:
    """The reply in a model's answer, however it was wrapped; None where there is none that makes sense."""
    found: ReplySchema | None = None
    for _ in range(DEEPEST):
        inner = next(replies(text), None)
        if inner is None:
            break
        found, text = inner, inner.reply
    return found if found is not None and (found.reply.strip() or found.knows is False) else None


def replies(text: str) -> Iterator[ReplySchema]:
    """Every JSON object in a text that has a reply in it, first come first."""
    decoder, at = json.JSONDecoder(), -1
    for _ in range(STARTS):
        at = text.find("{", at + 1)
        if at < 0:
            return
        try:
            value, _ = decoder.raw_decode(text, at)
            yield ReplySchema.model_validate(value)
        except (ValueError, RecursionError, ValidationError):
            continue


def plain_text(text: str) -> str:
    """What can be read of an answer without structure: the reply of broken JSON, else the text out of its fence."""
    if salvaged := SALVAGE.search(text):
        body = salvaged.group(1)
        try:
            return str(json.loads(f'"{body}"'))[:LONGEST_REPLY].strip()
        except ValueError:
            return body.replace("\\n", "\n").replace('\\"', '"')[:LONGEST_REPLY].strip()
    fenced = FENCE.match(text)
    return (fenced.group(1) if fenced else text)[:LONGEST_REPLY].strip()
