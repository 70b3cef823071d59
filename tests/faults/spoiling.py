"""Makes hostile input out of good input: documents with parts torn out, texts with pieces moved, and pure noise."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import seed as seeded_by
from hypothesis import strategies as st

from tests.faults.size import SEED, WHOLE, size
from tests.measuring import work

HANG = 1.0  # CPU seconds
ODD: Sequence[Any] = (
    None, True, False, 0, -1, 2**63, 2**200, 1e308, -0.0, "", " ", "\x00", "\ud800", "\u202e", "1e999", "NaN", "0x10",
    [], {}, [[]], {"": {}}, "a" * 5_000, [None] * 500, "2026-02-30T25:61:61Z", "0001-01-01T00:00:00+23:59", "9" * 5_000,
)  # fmt: skip
PIECES = (
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        '"',
        "'",
        "\n",
        "\t",
        " ",
        "- ",
        "? ",
        "| ",
        "> ",
        "&a ",
        "*a ",
        "!!python/object ",
    ),
    *(
        "<<: ",
        "\x00",
        "\ufeff",
        "\u2028",
        "\ud7ff",
        "${",
        "}}",
        "{{",
        "\\",
        "\\u",
        "%",
        "#",
        "---\n",
        "...\n",
        "<",
        "</",
    ),
    *("<!--", "]]>", "&#x0;", "&amp", "=", "==", "in ", "&& ", "|| ", "!", "? 1 : ", ".all(x, ", ".map(x, x)", "size("),
    *(
        '.matches("(a+)+$")',
        "9" * 40,
        "-",
        "e9",
        "null",
        "true",
        "duration(",
        "timestamp(",
        "[0]",
        "[*]",
        "|",
        "@",
        "``",
    ),
    *("```json\n", "On 1 Nov x wrote:\n"),
)
values = st.recursive(
    st.sampled_from(ODD) | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def many(sample: int, whole: int) -> Callable[[Any], Any]:
    """How often a property is tried: the same few examples in every sample, new ones by the seed in the whole suite."""
    chosen = settings(
        max_examples=size(sample, whole),
        deadline=None,
        derandomize=not WHOLE,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    return (lambda test: chosen(seeded_by(SEED)(test))) if WHOLE else chosen


def texts(good: Sequence[str]) -> st.SearchStrategy[str]:
    """A good text with up to eight pieces cut out, doubled, moved or put in; now and then noise alone."""
    return st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | _spoiled(good)


@st.composite
def _spoiled(draw: st.DrawFn, good: Sequence[str]) -> str:
    text = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(1, 8))):
        at, until = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        until = min(until, at + 200)
        match draw(st.integers(0, 4)):
            case 0:
                text = text[:at] + text[until:]
            case 1:
                text = text[:until] + text[at:]
            case 2:
                text = text[:at] + draw(st.sampled_from(PIECES)) * draw(st.sampled_from((1, 2, 400))) + text[at:]
            case 3:
                text = text[:at] + text[at:until].swapcase()[::-1] + text[until:]
            case _:
                text = text[:at] + draw(st.text(max_size=20)) + text[until:]
    return text[:200_000]


@st.composite
def documents(draw: st.DrawFn, good: Sequence[bytes]) -> bytes:
    """A good JSON document of which up to four parts are another value, or gone; now and then noise alone."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.binary(max_size=300))
    if kind == 1:
        return draw(_spoiled([one.decode("utf-8", "replace") for one in good])).encode("utf-8", "surrogatepass")
    document = json.loads(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(1, 4))):
        document = _with_a_part(document, draw)
    return json.dumps(document).encode()


def _with_a_part(part: Any, draw: st.DrawFn) -> Any:
    if isinstance(part, dict) and part and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(part)))
        if not draw(st.integers(0, 7)):
            return {other: value for other, value in part.items() if other != key}
        return {**part, key: _with_a_part(part[key], draw)}
    if isinstance(part, list) and part and draw(st.integers(0, 5)):
        at = draw(st.integers(0, len(part) - 1))
        return [*part[:at], _with_a_part(part[at], draw), *part[at + 1 :]]
    return draw(values)


def soon(parse: Callable[[], Any], *refusals: type[Exception]) -> Any:
    """What a parser made of it, or None where it refused in a way that is meant; never late, never anything else."""
    with work() as took:
        try:
            made = parse()
        except refusals:
            made = None
        spent = took()
    assert spent < HANG, f"{spent:.1f} s of CPU"
    return made


def spent_since(began: float) -> float:
    """Seconds on the wall, for the table of figures."""
    return time.monotonic() - began
