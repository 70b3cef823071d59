"""Text that arrives broken or disguised becomes plain Unicode before anything else looks at it."""

import re
import unicodedata
from dataclasses import dataclass, field

LIMIT = 100_000
"""Characters of one message that are looked at at all: about 35 pages. The rest is cut and said to be cut."""

MOST_PASSES = 10
_UNUSUAL = re.compile(r"[^\n\x20-\x7e]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACE = re.compile(r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BREAK = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_BIDI = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_TAGS = re.compile(r"[\U000e0000-\U000e007f]+")
# A joiner is part of the spelling in Persian, Indic scripts and emoji; between Latin letters it is a disguise.
_ZERO_WIDTH = re.compile(
    r"[\u200b\u2060-\u2064\ufeff\xad\u180e\u115f\u1160\u3164\uffa0\U000e0100-\U000e01ef]"
    r"|(?<![\u0600-\u0dff\u200d\ufe0f\u2600-\u27bf\U0001f300-\U0001faff])[\u200c\u200d]"
)
_WIDE = re.compile(r"[\uff01-\uff5e\U0001d400-\U0001d7ff]")
_MOJIBAKE = re.compile(
    r"[ÃÂÐÑâ][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_BLANKS = re.compile(r"(?<! ) ++$", re.MULTILINE)
_LINES = re.compile(r"\n{4,}")


@dataclass(frozen=True, slots=True)
class Normal:
    """`found`: what was odd, by name (`cut`, `control`, `zero_width`, `bidi`, `tags`, `wide`, `mojibake`, `surrogate`).
    `hidden`: text that was written in characters nobody can see."""

    text: str = field(repr=False)
    found: frozenset[str] = frozenset()
    hidden: str = field(default="", repr=False)


def normalise(text: str, *, limit: int = LIMIT) -> Normal:
    """Plain text with `\\n` line ends, at most `limit` characters. Never fails."""
    found: set[str] = set()
    if len(text) > limit:
        text = text[:limit]
        found.add("cut")
    hidden = ""
    # What is taken away may have held apart what now reads as something else, so it is looked at again.
    for _ in range(MOST_PASSES):
        if not _UNUSUAL.search(text):
            break
        before = text
        text, unseen = _pass(text, found)
        hidden += unseen
        if text == before:
            break
    return Normal(_LINES.sub("\n\n\n", _BLANKS.sub("", text)), frozenset(found), hidden)


def _pass(text: str, found: set[str]) -> tuple[str, str]:
    """(the text with one layer of oddities off, what was written in it in characters nobody can see)."""
    text = _strip(_SURROGATE, text, "surrogate", found, "\ufffd")
    text = _BREAK.sub("\n", _mended(text, found))
    hidden = "".join(chr(ord(c) - 0xE0000) for run in _TAGS.findall(text) for c in run if c >= "\U000e0020")
    text = _strip(_TAGS, text, "tags", found)
    text = _strip(_BIDI, text, "bidi", found)
    text = _strip(_ZERO_WIDTH, text, "zero_width", found)
    text = _SPACE.sub(" ", text)
    text = _strip(_CONTROL, text, "control", found)
    return unicodedata.normalize("NFC", _narrow(text, found)), hidden


def _strip(pattern: re.Pattern[str], text: str, name: str, found: set[str], instead: str = "") -> str:
    text, count = pattern.subn(instead, text)
    if count:
        found.add(name)
    return text


def _narrow(text: str, found: set[str]) -> str:
    """Full-width and mathematical letters as the plain ones: they hide words and card numbers from every pattern."""
    if not _WIDE.search(text):
        return text
    found.add("wide")
    return _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)


def _mended(text: str, found: set[str]) -> str:
    """UTF-8 that somebody read as Windows-1252, line by line, because quoted mail mixes both."""
    if not _MOJIBAKE.search(text):
        return text
    lines = text.split("\n")
    mended = [_mended_line(line) if _MOJIBAKE.search(line) else line for line in lines]
    if mended != lines:
        found.add("mojibake")
    return "\n".join(mended)


def _mended_line(line: str) -> str:
    try:
        return b"".join(_byte(character) for character in line).decode()
    except UnicodeError:
        return line


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
