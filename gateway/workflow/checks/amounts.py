"""Reads amounts of money out of a text, as people of several countries write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from gateway.workflow.checks.findings import Checked, Finding, Kind, Severity

_CODES = (
    "USD EUR GBP CHF JPY CNY AUD CAD NZD SGD HKD SEK NOK DKK PLN CZK HUF RON BGN TRY INR BRL MXN ZAR ILS KRW THB AED "
    "SAR RUB UAH"
)
_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₽": "RUB", "₴": "UAH", "₩": "KRW", "₪": "ILS", "฿": "THB",
    "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON", "r$": "BRL", "us$": "USD", "a$": "AUD", "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "fr.": "CHF", "sfr.": "CHF", "sfr": "CHF", "rs.": "INR", "rs": "INR",
    "euro": "EUR", "euros": "EUR", "eur.": "EUR", "pounds": "GBP", "sterling": "GBP", "quid": "GBP", "yen": "JPY",
    "franken": "CHF", "rupees": "INR", "złotych": "PLN", "reais": "BRL",
}  # fmt: skip
# A sign of several countries is the account's where it fits, else what nearly everybody means by it, else unknown.
_SHARED = {
    "$": ("USD", "USD AUD CAD NZD SGD HKD MXN"),
    "dollars": ("USD", "USD AUD CAD NZD SGD HKD"),
    "dollar": ("USD", "USD AUD CAD NZD SGD HKD"),
    "bucks": ("USD", "USD AUD CAD NZD"),
    "kr": (None, "SEK NOK DKK"),
    "kr.": (None, "SEK NOK DKK"),
    "kronor": ("SEK", "SEK"),
    "kroner": (None, "NOK DKK"),
    "¥": (None, "JPY CNY"),
}
_SIGN = (
    "(?:" + "|".join(sorted(map(re.escape, [*_SIGNS, *_SHARED, *_CODES.lower().split()]), key=len, reverse=True)) + ")"
)
_NUMBER = r"\d{1,3}(?:[ '’.,\u202f\xa0]\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,12}(?:[.,]\d{1,4})?(?!\d)"
_TIMES = r"(?:\s?(k|thousand|tausend|mille|mil|million|millionen|millions|millones|mio\.?|mln|m|billion|mrd\.?|bn)\b)?"
_AMOUNT = re.compile(
    rf"(?<!\w)(?P<before>{_SIGN})\s?(?P<first>{_NUMBER})(?:[.,]?[-–—]{{1,2}}(?!\w))?{_TIMES}"
    rf"|(?<![\w.,])(?P<second>{_NUMBER})(?:[.,]?[-–—]{{1,2}})?{_TIMES}\s?(?P<after>{_SIGN})(?!\w)",
    re.IGNORECASE,
)
_POWERS = {"k": 3, "t": 3, "mille": 3, "mil": 3, "b": 9, "mrd": 9}


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` in `currency` (ISO 4217), None where the sign belongs to several and the account's is none of them."""

    value: Decimal
    currency: str | None
    start: int
    end: int


def amounts(text: str, currency: str | None = None) -> Iterator[Amount]:
    """Every amount with a sign or code; `currency` is the account's, for signs that several countries share."""
    for match in _AMOUNT.finditer(text):
        number = match.group("first") or match.group("second")
        times = match.group(3) or match.group(5)
        value = _value(number)
        if value is not None:
            sign = (match.group("before") or match.group("after")).lower()
            yield Amount(value * _power(times), _currency(sign, currency), *match.span())


def amount(checked: Checked) -> Iterator[Finding]:
    """A note for each amount, so that policies can compare the largest."""
    for found in amounts(checked.text, checked.currency):
        said = found.currency or "a currency that cannot be told"
        detail = f"The draft names an amount in {said}."
        yield Finding(Kind.AMOUNT, Severity.NOTE, found.start, found.end, detail, found.value, found.currency)


def _value(number: str) -> Decimal | None:
    """Where a mark could part thousands or decimals, three digits behind it make it thousands: the larger reading is
    the more cautious one."""
    plain = re.sub(r"[ '’\u202f\xa0]", "", number)
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0:
        whole, fraction = re.sub(r"[.,]", "", plain[:last]), plain[last + 1 :]
        thousands = len(fraction) == 3 and whole.strip("0") != ""
        plain = whole + fraction if thousands else f"{whole}.{fraction}"
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _power(times: str | None) -> Decimal:
    if not times:
        return Decimal(1)
    word = times.lower().rstrip(".")
    power = _POWERS.get(word) or (3 if word in ("thousand", "tausend") else 9 if word in ("billion", "bn") else 6)
    return Decimal(10) ** power


def _currency(sign: str, own: str | None) -> str | None:
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign in _SHARED:
        usual, possible = _SHARED[sign]
        return own if own in possible.split() else usual
    return sign.upper()
