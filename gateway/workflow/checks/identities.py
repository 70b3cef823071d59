"""Names and numbers of orders that a draft may not make up: the model read them nowhere."""

import re
from collections.abc import Iterator

from gateway.screening import Kind as Personal
from gateway.screening import personal
from gateway.workflow.checks.findings import Checked, Finding, Kind, Severity

_WORD = re.compile(r"[^\W\d_]+")
_TYPE = (
    r"order|booking|reservation|invoice|reference|tracking|parcel|shipment|case|ticket|contract|claim"
    r"|bestellung|bestell|auftrag|auftrags|rechnung|rechnungs|vertrag|vertrags|sendungs?|kunden"
    r"|commande|facture|dossier|pedido|factura|reserva|ordine|fattura|bestelling|factuur"
)
_NUMBERED = re.compile(
    rf"\b(?:{_TYPE})[- ]?(?:numbers?|nummer|no|nr|num[ée]ro|número|numero|id|code)?\.?\s?[:#]?\s?"
    r"((?=[\w/-]*\d{4})[A-Z0-9][\w/-]{3,30})",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w/.-])(?:#\d{4,15}|[A-Z]{1,5}-\d{4,15}|[A-Z]{2,5}\d{5,15})(?![\w-])")


def invented_name(checked: Checked) -> Iterator[Finding]:
    """A person whom neither the ticket, nor a source, nor the account's own words name."""
    found = personal(checked.text, kinds={Personal.PERSON})
    told = {word.casefold() for word in _WORD.findall(_heard(checked))} if found else set()
    for match in found:
        name = checked.text[match.start : match.end]
        if any(word.casefold() not in told for word in _WORD.findall(name) if len(word) > 1):
            detail = "This name stands neither in the ticket nor in a source."
            yield Finding(Kind.INVENTED_NAME, Severity.CONCERN, match.start, match.end, detail)


def invented_order(checked: Checked) -> Iterator[Finding]:
    """The number of an order, an invoice or a parcel that nobody told."""
    seen: set[int] = set()
    spans = [match.span(1) for match in _NUMBERED.finditer(checked.text)]
    spans += [match.span() for match in _BARE.finditer(checked.text)]
    told = _plain(_heard(checked)) if spans else ""
    for start, end in spans:
        if start not in seen and _plain(checked.text[start:end]) not in told:
            seen.add(start)
            detail = "This number stands neither in the ticket nor in a source."
            yield Finding(Kind.INVENTED_ORDER, Severity.STOP, start, end, detail)


def _heard(checked: Checked) -> str:
    sources = (f"{source.title} {source.text} {source.url or ''}" for source in checked.sources if source.quotable)
    people = (known.value for known in (*checked.own, *checked.others))
    return "\n".join((checked.question, checked.heard, checked.ours, *sources, *people))


def _plain(value: str) -> str:
    return re.sub(r"[\s#/-]", "", value).casefold()
