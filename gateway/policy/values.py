"""Checks the facts of one decision against the catalogue: what is of the wrong kind is unknown, never guessed."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.policy.facts import Fact, FactType
from gateway.policy.words import LANGUAGES

LONGEST_TEXT = 20_000
LONGEST_LIST = 1_000
LARGEST_NUMBER = 1e15
HIDDEN = "(personal, not kept)"
"""Stands in a kept decision for the value of a personal fact."""


@dataclass(frozen=True, slots=True)
class Values:
    """The facts that are known, and for the others why they are not.

    `shown` keeps numbers as they came (Decimal keeps its cents); `plain` is what conditions compare.
    """

    shown: Mapping[str, Any]
    plain: Mapping[str, Any]
    why_unknown: Mapping[str, str]


def check_values(facts: Mapping[str, Any], catalogue: Mapping[str, Fact]) -> Values:
    """Sort the facts of a decision into known and unknown. Names that no catalogue has are passed over."""
    shown: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    why: dict[str, str] = {}
    for name, fact in catalogue.items():
        value = facts.get(name)
        if value is None:
            why[name] = "nobody could tell"
            continue
        try:
            plain[name] = _CHECKS[fact.type](value)
        except (ValueError, TypeError, OverflowError) as error:
            why[name] = f"its value is not {fact.type}" if not isinstance(error, _TooLarge) else str(error)
            continue
        if fact.values and fact.type is not FactType.NUMBER:
            plain[name] = _folded(plain[name], language=fact.values is LANGUAGES)
        shown[name] = value if isinstance(value, Decimal) else plain[name]
    return Values(shown, plain, why)


def wrong_facts(facts: Mapping[str, Any], catalogue: Mapping[str, Fact]) -> list[str]:
    """What is wrong with facts given by a program or a file: unknown names, values of the wrong kind, unknown words."""
    return list(_wrong(facts, catalogue))


def _wrong(facts: Mapping[str, Any], catalogue: Mapping[str, Fact]) -> Iterator[str]:
    given = {name: value for name, value in facts.items() if value is not None}
    checked = check_values(given, {name: catalogue[name] for name in given if name in catalogue})
    for name in given:
        fact = catalogue.get(name)
        if fact is None:
            yield f"there is no fact {name}"
        elif name in checked.why_unknown:
            yield f"{name}: {checked.why_unknown[name]}"
        elif fact.values:
            value = checked.plain[name]
            for word in [value] if isinstance(value, str) else value:
                if word not in fact.values:
                    yield f'{name}: "{word}" is none of its words'


class _TooLarge(ValueError):
    pass


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    if len(value) > LONGEST_TEXT:
        raise _TooLarge(f"its value is longer than {LONGEST_TEXT:,} characters")
    return str(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError
    number = float(value)
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        raise _TooLarge("its value is larger than any number that is compared")
    return number


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _list(value: Any) -> list[str]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence | set | frozenset):
        raise TypeError
    if len(value) > LONGEST_LIST:
        raise _TooLarge(f"its value has more than {LONGEST_LIST:,} entries")
    found = [_text(item) for item in value]
    return sorted(found) if isinstance(value, set | frozenset) else found


def _scores(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping) or len(value) > LONGEST_LIST:
        raise TypeError
    return {_text(name): _number(score) for name, score in value.items()}


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise TypeError
    return moment.astimezone(UTC)


def _folded(value: Any, *, language: bool) -> Any:
    """Lower case; of a language with its country (`en-GB`) the language."""
    if isinstance(value, str):
        return re.split("[-_]", value.lower())[0] if language else value.lower()
    return [item.lower() for item in value]


_CHECKS = {
    FactType.TEXT: _text,
    FactType.NUMBER: _number,
    FactType.YES_NO: _yes_no,
    FactType.LIST: _list,
    FactType.SCORES: _scores,
    FactType.TIME: _time,
}


def to_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON can hold them, to be kept with a decision and decided again later. Unknown stays null."""
    return {name: _plain(value) for name, value in facts.items()}


def from_json(kept: Mapping[str, Any], catalogue: Mapping[str, Fact]) -> dict[str, Any]:
    """Facts that were kept as JSON, as they were before: money that was kept as text is a number again.

    What cannot be read stays as it is, and so is unknown to every rule."""
    return {name: _amount(value, catalogue.get(name)) for name, value in kept.items()}


def _amount(value: Any, fact: Fact | None) -> Any:
    if fact is None or fact.type is not FactType.NUMBER or not isinstance(value, str):
        return value
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def without_personal(facts: Mapping[str, Any], catalogue: Mapping[str, Fact]) -> dict[str, Any]:
    """The facts that may be kept beside a decision; the others belong where the ticket's content is kept."""
    return {name: value for name, value in facts.items() if name in catalogue and not catalogue[name].personal}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
