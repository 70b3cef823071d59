"""Prompt files: text that an owner may change, versioned by its bytes, and unable to do harm.

A file has front matter (name, owner, note), a part `# System` and a part `# User`. Each part may name only its own
variables, so that text of a ticket cannot get into a system prompt even by mistake.
"""

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gateway.models.errors import PromptInvalid

LARGEST_FILE = 32_000  # bytes
LARGEST_PROMPT = 400_000  # characters, after the data went in
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
PART = re.compile(r"^# (System|User)[ \t]*$", re.MULTILINE)
MARKS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
SYSTEM_MAY_NAME = frozenset({"audience", "brand", "language", "language_name", "sign_off", "tone"})
USER_MAY_NAME = frozenset(
    {
        *("answer", "attachments", "code", "facts", "files", "instruction", "language", "language_name", "left_out"),
        *("passages", "problem", "questions"),
        *("thread", "ticket"),
    }
)
FILTERS = ("default", "join", "length", "lower", "trim", "upper")


class _Environment(ImmutableSandboxedEnvironment):
    """No ranges, no multiplication, few filters: a prompt can neither run for long nor grow large."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, _left: Any, _right: Any) -> Any:
        raise TemplateError(f"a prompt cannot use the operator {operator}")


def _environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    environment.globals.clear()
    environment.tests = {name: environment.tests[name] for name in ("defined", "none", "in", "eq", "ne")}
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment


ENVIRONMENT = _environment()


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt with its owner. `version` is the SHA-256 of the file's bytes, in hex; `instructions` is the text of its
    system part as it is written, so that a draft can be held against it."""

    name: str
    owner: str
    contact: str
    note: str
    version: str
    instructions: str = field(repr=False, compare=False)
    _system: Template = field(repr=False, compare=False)
    _user: Template = field(repr=False, compare=False)

    @classmethod
    def load(cls, source: Path | str, where: str | None = None) -> Self:
        """From a path, or from text with the name to show for it. PromptInvalid says what to mend and where."""
        where = where or (source.name if isinstance(source, Path) else "prompt")
        data = read(source, where)
        try:
            text = data.decode().replace("\r\n", "\n")
        except UnicodeDecodeError:
            raise PromptInvalid(where, 1, "is not UTF-8; save it as UTF-8") from None
        front = front_matter(text, where)
        system, user = parts(text, where)
        version = hashlib.sha256(data).hexdigest()
        return cls(**front, version=version, instructions=instructions(text), _system=system, _user=user)

    def messages(self, system: Mapping[str, str], user: Mapping[str, str]) -> list[dict[str, str]]:
        """The chat to send. The first mapping is trusted text; the second holds fenced blocks."""
        return [
            {"role": "system", "content": rendered(self._system, system)},
            {"role": "user", "content": rendered(self._user, user)},
        ]


def read(source: Path | str, where: str) -> bytes:
    """The bytes of a prompt file, if they are not too many."""
    try:
        data = source.read_bytes() if isinstance(source, Path) else source.encode()
    except OSError as error:
        raise PromptInvalid(where, 1, f"cannot be read: {error.strerror}") from None
    if len(data) > LARGEST_FILE:
        raise PromptInvalid(where, 1, f"is larger than {LARGEST_FILE} bytes; shorten it")
    return data


def front_matter(text: str, where: str) -> dict[str, str]:
    """Name, owner, contact and note."""
    found = FRONT.match(text)
    if found is None:
        raise PromptInvalid(where, 1, "has no front matter; begin with ---, then name, owner and note, then ---")
    try:
        told = yaml.safe_load(found.group(1))
    except yaml.MarkedYAMLError as error:
        line = 2 + (error.problem_mark.line if error.problem_mark else 0)
        raise PromptInvalid(where, line, f"front matter is not YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError):  # a control character, the 30th of February, a thousand levels
        raise PromptInvalid(where, 2, "front matter is not YAML that can be read; write it anew") from None
    told = told if isinstance(told, dict) else {}
    owner = told["owner"] if isinstance(told.get("owner"), dict) else {}
    front = {
        "name": told.get("name"),
        "note": told.get("note"),
        "owner": owner.get("team"),
        "contact": owner.get("contact"),
    }
    for key, value in front.items():
        if not isinstance(value, str) or not value.strip():
            wanted = {"owner": "owner: {team: ..., contact: ...}", "contact": "owner: {team: ..., contact: ...}"}
            raise PromptInvalid(where, 1, f"front matter lacks {wanted.get(key, key)}")
    if unknown := sorted(map(str, told.keys() - {"name", "note", "owner"})):
        raise PromptInvalid(where, 1, f"front matter has an unknown key: {unknown[0]}")
    return {key: str(value) for key, value in front.items()}


def parts(text: str, where: str) -> tuple[Template, Template]:
    """The two templates, compiled and checked."""
    marks = list(PART.finditer(text))
    if [mark.group(1) for mark in marks] != ["System", "User"]:
        raise PromptInvalid(where, 1, "needs a line `# System` and then a line `# User`, each once")
    system, user = marks
    above = [text.count("\n", 0, mark.end()) + 1 for mark in marks]
    return (
        compiled(text[system.end() + 1 : user.start()], where, above[0], SYSTEM_MAY_NAME),
        compiled(text[user.end() + 1 :], where, above[1], USER_MAY_NAME),
    )


def instructions(text: str) -> str:
    """The words of the system part, without the marks of the template language."""
    system, user = PART.finditer(text)
    return MARKS.sub(" ", text[system.end() : user.start()]).strip()


def compiled(part: str, where: str, above: int, may_name: frozenset[str]) -> Template:
    """One part as a template. `above`: how many lines of the file stand before it."""
    try:
        named = meta.find_undeclared_variables(ENVIRONMENT.parse(part))
        template = ENVIRONMENT.from_string(part.strip() + "\n")
        for name in sorted(named - may_name):
            close = difflib.get_close_matches(name, may_name, n=1)
            hint = f"did you mean {close[0]}?" if close else f"it may name {', '.join(sorted(may_name))}"
            raise PromptInvalid(where, line_of(part, name) + above, f"this part cannot name {name}; {hint}")
        rendered(template, dict.fromkeys(may_name, "x"))
    except TemplateSyntaxError as error:
        raise PromptInvalid(where, error.lineno + above, f"{error.message}") from None
    except (TemplateError, TypeError, ValueError) as error:
        raise PromptInvalid(where, above, f"cannot be filled in: {error}") from None
    return template


def line_of(part: str, name: str) -> int:
    """The line on which a name first stands, from 1."""
    found = re.search(rf"\b{re.escape(name)}\b", part)
    return part.count("\n", 0, found.start()) + 1 if found else 1


def rendered(template: Template, values: Mapping[str, str]) -> str:
    """The text, cut off where it would grow beyond every use."""
    size, pieces = 0, []
    for piece in template.generate(values):
        size += len(piece)
        if size > LARGEST_PROMPT:
            raise TemplateError(f"the prompt is longer than {LARGEST_PROMPT} characters")
        pieces.append(piece)
    return "".join(pieces).strip()
