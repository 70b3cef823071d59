"""Finds personal data in a text by patterns that are checked: a card by its checksum, a phone by its numbering
plan."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.screening import identifiers
from gateway.screening.addresses import addresses
from gateway.screening.names import people
from gateway.screening.phones import REGIONS, phones


class Kind(StrEnum):
    """What was found. The value is the word in a placeholder, in policies and in counts."""

    PERSON = "PERSON"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    ADDRESS = "ADDRESS"
    CARD = "CARD"
    IBAN = "IBAN"
    NATIONAL_ID = "NATIONAL_ID"
    IP = "IP"
    URL = "URL"
    SECRET = "SECRET"  # noqa: S105 - the name of a kind
    ORDER = "ORDER"
    LITERAL = "LITERAL"  # text of the ticket that looks like one of our placeholders


@dataclass(frozen=True, slots=True)
class Match:
    """One piece of personal data, from `start` to `end` in the text that was searched."""

    kind: Kind
    start: int
    end: int


Span = tuple[int, int]
Detector = Callable[[str], Iterable[Span]]

PLACEHOLDER = re.compile(r"(?:<|&lt;)\s{0,2}([A-Za-z]+(?:\\?_[A-Za-z]+){0,2})\\?_(\d{1,6})\s{0,2}/?\\?(?:>|&gt;)")
"""Our placeholders as they are written and as models misspell them: `<PERSON_1>`, `&lt;person_1&gt;`,
`<PERSON\\_1>`."""

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w+-][\w.+-]{0,63}(?:@|\s?[(\[]at[)\]]\s?)(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w@])"
)
_URL = re.compile(r"\b[a-z][a-z0-9+]{2,14}://[^\s<>\"']{3,2000}", re.IGNORECASE)
_PRIVATE_URL = re.compile(
    r"://[^/\s]*@|[?&#;](?:[\w.-]{0,30}(?:token|key|auth|sig|signature|session|sid|code|otp|pass|password|pwd|secret"
    r"|jwt"
    r"|reset|email|mail|user|phone)[\w.-]{0,20})=|/[\w-]*(?=[\w-]{20})(?=[\w-]{0,40}\d)"
    r"(?=[\w-]{0,40}[A-Za-z])[\w-]{20,}",
    re.IGNORECASE,
)


def personal(text: str, *, regions: Sequence[str] = REGIONS, kinds: Container[Kind] = frozenset(Kind)) -> list[Match]:
    """Everything of these kinds that is found by pattern, with overlaps. `regions`: whose phone numbers are read
    without a country code, as ISO 3166 codes."""
    found = [Match(kind, *span) for kind, detector in _DETECTORS if kind in kinds for span in detector(text)]
    if Kind.PHONE in kinds:
        found += (Match(Kind.PHONE, *span) for span in phones(text, regions))
    return found


def merged(found: Iterable[Match]) -> list[Match]:
    """Matches that overlap become one, so that no rest of a value is left over. It gets the kind of the longest, and
    among equals of the one detected first."""
    together: list[list[Match]] = []
    end = -1
    for match in sorted(found, key=lambda match: match.start):
        if match.start >= end:
            together.append([])
        together[-1].append(match)
        end = max(end, match.end)
    return [_union(group) for group in together]


def _union(group: Sequence[Match]) -> Match:
    longest = max(group, key=lambda match: match.end - match.start)
    return Match(longest.kind, group[0].start, max(match.end for match in group))


def _spans(pattern: re.Pattern[str]) -> Detector:
    return lambda text: (match.span() for match in pattern.finditer(text))


def _private_urls(text: str) -> Iterator[Span]:
    for match in _URL.finditer(text):
        url = match.group().rstrip(".,;:!?)]}")
        if _PRIVATE_URL.search(url):
            yield match.start(), match.start() + len(url)


_DETECTORS: tuple[tuple[Kind, Detector], ...] = (
    (Kind.URL, _private_urls),
    (Kind.EMAIL, _spans(_EMAIL)),
    (Kind.SECRET, identifiers.secrets),
    (Kind.IBAN, identifiers.ibans),
    (Kind.CARD, identifiers.cards),
    (Kind.NATIONAL_ID, identifiers.national_ids),
    (Kind.IP, identifiers.ips),
    (Kind.ADDRESS, addresses),
    (Kind.PERSON, people),
)
