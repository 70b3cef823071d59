"""Turns what the CEL compiler says into what an admin should change."""

import re
from collections.abc import Mapping, Sequence

from gateway.policy.errors import did_you_mean
from gateway.policy.facts import Fact, FactType

_TYPE_WORDS = {
    "string": "a text",
    "double": "a number",
    "int": "a whole number",
    "bool": "yes or no",
    "list(string)": "a list of texts",
    "list(double)": "a list of numbers",
    "list(int)": "a list of whole numbers",
    "map(string, double)": "scores by name",
    "map(string, int)": "scores by name",
    "timestamp": "a time",
    "duration": "a duration",
    "null_type": "null",
    "google.protobuf.Timestamp": "a time",
    "google.protobuf.Duration": "a duration",
}
# fmt: off
_SIGNS = {
    "_==_": "==", "_!=_": "!=", "_>_": ">", "_<_": "<", "_>=_": ">=", "_<=_": "<=",
    "@in": "in", "_&&_": "&&", "_||_": "||", "!_": "!", "_+_": "+", "_-_": "-",
    "_*_": "*", "_/_": "/", "_%_": "%", "_?_:_": "? :", "_[_]": "[ ]", "-_": "-",
}
# fmt: on
_RESULTS = {"STRING": "a text", "DOUBLE": "a number", "INT": "a number", "LIST": "a list", "MAP": "scores by name"}
_FOREIGN = (
    (re.compile(r"=>|=<"), 'write ">=" or "<="'),
    (re.compile(r"(?<![=!<>])=(?![=~<>])"), 'use "==" to compare'),
    (re.compile(r"==="), 'use "==" to compare'),
    (re.compile(r"<>"), 'use "!=" for "is not"'),
    (re.compile(r"=~"), 'use fact.matches("...") for a pattern'),
    (re.compile(r"[“”„‘’«»]"), 'use straight quotes: " or \''),
    (re.compile(r"\band\b", re.IGNORECASE), 'use "&&", or two items under "all"'),
    (re.compile(r"\bor\b", re.IGNORECASE), 'use "||", or two items under "any"'),
    (re.compile(r"\bnot\b", re.IGNORECASE), 'use "!" in front, or "not:"'),
    (re.compile(r"\b(?:is|equals)\b", re.IGNORECASE), 'use "==" to compare'),
    (re.compile(r"\b(?:like|contains|includes)\b(?!\s*\()", re.IGNORECASE), 'use text.contains(""), or "" in list'),
    (re.compile(r"\bbetween\b", re.IGNORECASE), 'use ">=" and "<=", as two items under "all"'),
    (re.compile(r"(?<![\w.(\[,])\d+,\d+"), 'write decimals with a point: "1.5"'),
    (
        re.compile(r"\b\d+(?:\.\d+)?\s*(?:€|\$|£|%|[a-z]\w*)"),
        "write the bare number: `countersign policy facts` shows its unit",
    ),
)  # fmt: skip
_TEXTS = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_OVERLOAD = re.compile(r"found no matching overload for '([^']+)' applied to '\((.*)\)'")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_METHODS = (
    "contains", "startsWith", "endsWith", "matches", "lowerAscii", "upperAscii", "exists", "all", "exists_one",
    "filter", "map", "size", "split", "trim", "replace", "getHours", "getDayOfWeek",
)  # fmt: skip
_FUNCTIONS = ("size", "has", "int", "double", "string", "duration", "timestamp", *_METHODS)


def plain(text: str, position: int, message: str, names: Sequence[str], facts: Mapping[str, Fact]) -> tuple[str, int]:
    """The message in plain words, and the place in the condition that it is about."""
    if message.startswith("RESULT "):
        return _not_a_question(text, message.removeprefix("RESULT "), facts), 0
    if found := _UNDECLARED.search(message):
        return _undeclared(text, found.group(1), position, names, facts)
    if foreign := _foreign(text):
        return foreign
    if found := _OVERLOAD.search(message):
        return _overload(found.group(1), _split(found.group(2))), position
    if "token recognition error" in message and text[position : position + 1] in "\"'":
        return "this quote is never closed", position
    if "missing ')'" in message:
        return "a closing bracket is missing", position
    if "<EOF>" in message and position >= len(text.rstrip()) - 1:
        return "the condition stops in the middle", position
    if "Syntax error" in message:
        rest = text[position : position + 20].strip()
        return (f'"{rest}" does not fit here' if rest else "the condition stops in the middle"), position
    if "recursion limit" in message:
        return "nested too deeply: split the condition into several under all or any", 0
    if "cannot be the operand of a select" in message:
        return "this fact has nothing inside it that a point could lead to", position
    return message.removeprefix("INVALID_ARGUMENT: ")[:200], position


def _not_a_question(text: str, kind: str, facts: Mapping[str, Fact]) -> str:
    fact = facts.get(text.strip())
    example = ""
    if fact is not None:
        example = {
            FactType.TEXT: f', for example: {fact.name} == "{fact.example or "..."}"',
            FactType.NUMBER: f", for example: {fact.name} > {fact.example}",
            FactType.LIST: f', for example: "{(fact.values or ("word",))[0]}" in {fact.name}',
            FactType.SCORES: f', for example: "refund" in {fact.name}',
        }.get(fact.type, "")
    return (
        f"a condition must come to yes or no, and this is {_RESULTS.get(kind, 'something else')}: compare it{example}"
    )


def _undeclared(
    text: str, name: str, position: int, names: Sequence[str], facts: Mapping[str, Fact]
) -> tuple[str, int]:
    start = position - max(0, name.rfind("."))
    if text[position : position + 1] == "(" or text[start + len(name) :].lstrip().startswith("("):
        return f'there is no function "{name}".{did_you_mean(name, _FUNCTIONS)}', max(
            0, start - (len(name) if text[position : position + 1] == "(" else 0)
        )
    if foreign := _foreign(text):
        return foreign
    if name in ("True", "False", "yes", "no", "Yes", "No"):
        return f"write {'true' if name in ('True', 'yes', 'Yes') else 'false'} instead of {name}", start
    words = {word for fact in facts.values() for word in fact.values}
    if "." not in name and name in words:
        return f'a text goes in quotes: "{name}"', start
    if name.startswith("screen.topics."):
        return f'there is no topic "{name.removeprefix("screen.topics.")}"', start
    inside = next((known for known in names if known.startswith(f"{name}.")), None)
    if inside is not None:
        return f'"{name}" is a group of facts: name one of them, as in {inside}', start
    return f'unknown fact "{name}".{did_you_mean(name, names)}', start


def _overload(function: str, kinds: Sequence[str]) -> str:
    sign = _SIGNS.get(function, function)
    words = [_TYPE_WORDS.get(kind, kind) for kind in kinds]
    if sign == "%":
        return 'use int(...) on both sides of "%"'
    if sorted(kinds) == ["double", "int"]:
        return (
            f'"{sign}" mixes a fact with a count: write double(...) around the count, as in double(size(ticket.tags))'
        )
    if sign == "in" and kinds[-1] == "string":
        return '"in" looks into lists; for a text use fact.contains("...")'
    if sign in ("contains", "startsWith", "endsWith", "matches") and kinds[0].startswith("list"):
        return f'"{sign}" works on a text; for a list use: "word" in fact'
    if sign in ("==", "!=") and kinds[0].startswith("list"):
        return 'a list is never equal to a text; use: "word" in fact'
    if len(words) == 2:
        return f'"{sign}" cannot compare or join {words[0]} with {words[1]}'
    return f'"{sign}" does not work on {" and ".join(words)}'


def _foreign(text: str) -> tuple[str, int] | None:
    bare = _TEXTS.sub(lambda match: " " * len(match.group()), text)
    found = [(match.start(), words) for pattern, words in _FOREIGN if (match := pattern.search(bare))]
    return (min(found)[1], min(found)[0]) if found else None


def _split(kinds: str) -> list[str]:
    """`list(string), int` as two; commas inside brackets do not count."""
    parts, depth = [""], 0
    for char in kinds:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]
