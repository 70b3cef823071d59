"""Telephone numbers, told apart from order numbers, amounts and dates."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

Span = tuple[int, int]

REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "PT", "SE", "AU", "IN", "BR")
"""Whose numbers are read without a country code, unless an account names its own."""

_CANDIDATE = re.compile(
    r"(?<![\w/#.,:@=&-])(?:\+|\(\+?|00)?\d(?:[ \u2010-\u2015./()-]{0,3}\d){5,16}(?:\s?(?:x|ext\.?"
    r"|extension)\s?\d{1,6})?"
    r"(?![\w@=&]|[-/.,:]\d)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d\d[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:[0-2]?\d|3[01])(?:\D.*)?|(?:[0-2]?\d|3[01])[-/. ](?:[0-2]?\d"
    r"|3[01])[-/. ](?:19|20)?\d\d"
)
_DOTTED = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_GROUPED = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_OTHER_WORD = re.compile(
    r"(?:order|ticket|case|invoice|inv|ref(?:erence)?|tracking|article|item|sku|serial|model|version|account"
    r"|customer|policy"
    r"|booking|contract|bestell\w*|auftrag\w*|rechnung\w*|kunden\w*|vorgang\w*|vertrag\w*|commande|facture|dossier"
    r"|pedido"
    r"|factura|fattura|ordine|bestelling|factuur|zamówienie|transaction|rrn|iban|bic|isbn|id)"
    r"(?:[ -]?(?:number|no|nr|num|n[°º]|id|code|nummer))?\.?\s{0,2}(?:is|was|ist|lautet|est|es"
    r"|è)?\s{0,2}[:#°º]{0,2}\s{0,2}[A-Z]{0,4}-?\Z",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf))\s?\Z|^\s?(?:[$€£¥₹%]|(?:usd|eur|gbp|chf|euros?|dollars?)\b)", re.IGNORECASE
)
_PHONE_WORD = re.compile(
    r"(?:phone|call|tel|mobile|cell|whatsapp|number is|reach me|telefon|handy|ruf|anrufen|téléphone|appel|teléfono"
    r"|móvil"
    r"|llam|telefono|cellulare|chiam|telefone|celular|telefoon|bel)\W[^\n]{0,30}\Z",
    re.IGNORECASE,
)


def phones(text: str, regions: Sequence[str] = REGIONS) -> Iterator[Span]:
    """Numbers that can be dialled in one of `regions`, or anywhere with their country code."""
    for match in _CANDIDATE.finditer(text):
        start, end = match.span()
        number = match.group()
        before, after = text[max(0, start - 40) : start], text[end : end + 12]
        if _is_other(number, before, after):
            continue
        said = bool(_PHONE_WORD.search(before))
        if (said or not number.isdigit() or len(number) >= 9) and _can_be_dialled(number, tuple(regions)):
            yield start, end


def _is_other(number: str, before: str, after: str) -> bool:
    if number.startswith(("+", "(+")):
        return False
    if _DATE.fullmatch(number) or _DOTTED.fullmatch(number) or " /" in number or "/ " in number:
        return True
    if _OTHER_WORD.search(before) or _MONEY.search(before) or _MONEY.match(after):
        return True
    return bool(_GROUPED.fullmatch(number)) and not _PHONE_WORD.search(before)


@lru_cache(maxsize=2048)
def _can_be_dialled(number: str, regions: tuple[str, ...]) -> bool:
    import phonenumbers

    for region in (None, *regions) if number.startswith(("+", "(+", "00")) else regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            return True
    return False
