"""Takes quoted replies, signatures and disclaimers off a mail in plain text, line by line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.screening.mail_words import (
    CLOSING,
    DISCLAIMER,
    FORWARDED,
    HEADER,
    ORIGINAL,
    REPLY_ABOVE,
    SENT_FROM,
    WROTE,
)

_QUOTED = re.compile(r"\s{0,3}[>|](?:\s|>|$)|\s{0,3}>")
_QUOTE_MARKS = re.compile(r"^(?:\s{0,3}[>|] ?)+")
_DATED = re.compile(r"\d|@")
_RULE = re.compile(r"^[-_=*~]{5,}$")
_DELIMITER = re.compile(r"^-- ?$|^__ ?$|^—$")
_SIGNATURE_LINES = 12
_LAST_LINES = 40
_LONG_LINE = 400


@dataclass(frozen=True, slots=True)
class MailText:
    """`text` without its mail parts, `removed` by kind, and what was `quoted`."""

    text: str = field(repr=False)
    removed: frozenset[str]
    quoted: str = field(default="", repr=False)


def without_mail_parts(text: str) -> MailText:
    """The message alone. If nothing is left, the quoted text without its marks is the message."""
    lines = text.split("\n")
    own, quoted = _split_quotes(lines)
    removed = {"quote"} if quoted else set()
    if not any(map(str.strip, own)):
        own, quoted = [_QUOTE_MARKS.sub("", line) for line in quoted or lines], []
    body, signed = _without_signature(own)
    if signed:
        removed.add("signature")
    result, disclaimed = _without_disclaimers("\n".join(body).strip())
    if disclaimed:
        removed.add("disclaimer")
    if not result:
        result = "\n".join(own).strip()
        removed -= {"signature", "disclaimer"}
    return MailText(result, frozenset(removed), "\n".join(quoted))


def _split_quotes(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines of this message and the lines of earlier ones. Answers written between quoted lines are kept."""
    own: list[str] = []
    quoted: list[str] = []
    at = 0
    while at < len(lines):
        length = _attribution(lines, at)
        if _rest_is_quoted(lines, at, written=any(map(str.strip, own))) or (
            length and not _marks_follow(lines, at + length)
        ):
            return own, [*quoted, *lines[at:]]
        if length:
            quoted += lines[at : at + length]
            at += length
        else:
            (quoted if _QUOTED.match(lines[at]) else own).append(lines[at])
            at += 1
    return own, quoted


def _attribution(lines: Sequence[str], at: int) -> int:
    """How many lines from `at` say who wrote what follows: mail programs break "On ... wrote:" over up to three."""
    first = lines[at].strip()
    if not first or len(first) > _LONG_LINE:
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + 3], start=1):
        stripped = line.strip().lstrip("> ")
        if not stripped:
            return 0
        joined = f"{joined} {stripped}"[:_LONG_LINE]
        if stripped.endswith((":", "：")):
            return length if WROTE.search(joined) and _DATED.search(joined) else 0
    return 0


def _marks_follow(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _rest_is_quoted(lines: Sequence[str], at: int, *, written: bool) -> bool:
    """A separator after which everything is an earlier mail. A forwarded mail stays: the message is about it."""
    line = lines[at].strip()
    if not line or len(line) > _LONG_LINE:
        return False
    if ORIGINAL.match(line) or REPLY_ABOVE.match(line):
        return True
    if not HEADER.match(line):
        return False
    forwarded = any(FORWARDED.match(before.strip()) for before in lines[max(0, at - 3) : at])
    return written and not forwarded and _header_lines(lines, at) >= 3


def _header_lines(lines: Sequence[str], at: int) -> int:
    block = [line for line in lines[at : at + 10] if line.strip()][:6]
    return sum(bool(HEADER.match(line.strip())) for line in block)


def _without_signature(lines: Sequence[str]) -> tuple[list[str], bool]:
    """Cuts at the first of: the delimiter of RFC 3676, "Sent from my phone", a closing phrase with few lines below."""
    written = [at for at, line in enumerate(lines) if line.strip()]
    for nth, at in list(enumerate(written))[-_LAST_LINES:]:
        line = lines[at].strip()
        if nth and len(line) <= 100 and _ends_message(line, [lines[other].strip() for other in written[nth + 1 :]]):
            return _without_trailing_rule(lines[:at]), True
    return list(lines), False


def _ends_message(line: str, below: Sequence[str]) -> bool:
    if _DELIMITER.match(line):
        return len(below) <= 2 * _SIGNATURE_LINES
    if SENT_FROM.match(line):
        return len(below) <= _SIGNATURE_LINES
    if CLOSING.match(line):
        prose = [other for other in below if not DISCLAIMER.search(other)]
        return len(prose) <= _SIGNATURE_LINES and not any(other.endswith("?") or len(other) > 90 for other in prose)
    return False


def _without_trailing_rule(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1].strip())):
        kept.pop()
    return kept


def _without_disclaimers(text: str) -> tuple[str, bool]:
    if not DISCLAIMER.search(text):
        return text, False
    paragraphs = re.split(r"\n\s*\n", text)
    kept = [paragraph for paragraph in paragraphs if len(paragraph) < 30 or not DISCLAIMER.search(paragraph)]
    return "\n\n".join(kept).strip(), len(kept) < len(paragraphs)
