"""Postal addresses as several countries write them: a street with its number, a box, a post code that is called so."""

import re
from collections.abc import Iterator

from gateway.screening.names import UPPER

Span = tuple[int, int]

_WORD = rf"[{UPPER}][\w'’.-]{{1,24}}"
_ENGLISH = (
    rf"(?<![\w.])\d{{1,5}}[A-Za-z]?,? (?:[NSEW]\.? )?(?:(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|Close"
    r"|Crescent|Parkway|Pkwy|Highway|Hwy|Gardens|Row|Circle)\b\.?(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat"
    r"|#)\.? ?\w{1,6})?"
)
# Typed in haste, without capitals: only where the word for the street can hardly be anything else.
_HASTY = (
    r"(?<![\w.])\d{1,5}[a-z]? (?!(?:miles?|minutes?|mins?|hours?|days?|km|metres?|meters?|times|lane|way|of|the|and|or"
    r"|busy|different|more)\b)(?:[a-z][a-z'-]{2,20} ){1,2}(?:street|avenue|road|boulevard|crescent|gardens)\b"
)
_FRENCH = (
    r"(?<![\w.])\d{1,4}(?: ?(?:bis|ter))?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Aa]llée|[Cc]hemin|[Pp]lace|[Ii]mpasse"
    r"|[Qq]uai)"
    rf" (?:(?:de|du|des|la|le|l['’]) ?){{0,3}}{_WORD}(?: {_WORD}){{0,3}}"
)
_GERMANIC = (
    rf"\b[{UPPER}][\w-]{{2,30}}(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|plein"
    rf"|gracht|kade"
    r"|gatan|vägen|vej|gade|gata|veien) \d{1,4} ?[a-z]?\b"
)
_ROMANCE = (
    r"\b(?:Calle|C/|Avenida|Avda\.?|Plaza|Paseo|Via|Viale|Corso|Piazza|Rua|Travessa|ul\.|ulica|ulice)"
    rf" (?:(?:de|del|della|di|da|do|la|el) ){{0,2}}{_WORD}(?: {_WORD}){{0,3}},? (?:n[º°.]? ?)?\d{{1,4}}\b"
)
_NAME = rf"[{UPPER}][\w'’-]{{1,24}}(?: [{UPPER}][\w'’-]{{1,24}})?"
_TOWN = rf"(?:,? ?\n? ?(?:[A-Z]{{1,2}}-)?\d{{4,5}} {_NAME}|, {_NAME},? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?)?"
_STREET = re.compile(rf"(?:{_ENGLISH}|{_HASTY}|{_FRENCH}|{_GERMANIC}|{_ROMANCE}){_TOWN}")
_PLACE = re.compile(
    r"\bP\.? ?O\.? ?Box \d{1,7}\b|\b(?:Apt|Apartment|Suite|Flat|Unit|(?<=[\s,])(?:apt|apartment|suite)(?=\.? \d))"
    r"\.? \d{1,5}[A-Z]?\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b",
)
_POST_CODE = re.compile(
    r"\b(?:zip(?: code|:)|post(?:al)? ?code|plz|postleitzahl|code postal|código postal)\W{0,4}(?:is|ist|est|es)?\s?"
    r"([A-Z0-9][A-Z0-9 -]{2,8}[A-Z0-9])\b",
    re.IGNORECASE,
)


def addresses(text: str) -> Iterator[Span]:
    """Streets with their number and town, boxes and flats, British post codes, and codes that are called so."""
    for pattern in (_STREET, _PLACE):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _POST_CODE.finditer(text):
        if sum(map(str.isdigit, match.group(1))) >= 3:
            yield match.span(1)
