"""Links, addresses and numbers that a draft may not make up, and people that it may not speak of."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from gateway.screening import Kind as Personal
from gateway.screening import Known, personal
from gateway.screening.known import KnownValues
from gateway.workflow.checks.findings import Checked, Finding, Kind, Severity, Source

_LINK = re.compile(
    r"(?:https?|ftp)://[^\s<>\"'()\[\]]{1,2000}|(?<![\w@.])(?:www\.)[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
    r"(?:/[^\s<>\"')\]]{0,500})?"
    r"|(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|io|co|app|dev|info|biz|me|xyz|online|site|shop|link"
    r"|click|top|de|uk|fr"
    r"|es|it|nl|eu|ru|cn|ly|example)\b(?:/[^\s<>\"')\]]{0,500})?",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\]\(\s?([^)\s]{1,2000})|^\s{0,3}\[[^\]\n]{1,100}\]:\s?(\S{1,2000})", re.MULTILINE)
_CONTACTS = frozenset({Personal.EMAIL, Personal.PHONE, Personal.CARD, Personal.IBAN})
_SECRETS = frozenset({Personal.SECRET, Personal.CARD, Personal.NATIONAL_ID})
_PAYMENT = re.compile(
    r"\b(?:bc1[a-z0-9]{20,60}|0x[0-9a-f]{40}|paypal\.me/\w+|(?:venmo|cash ?app|zelle|western union"
    r"|gift ?card code)s?\b)",
    re.IGNORECASE,
)


def invented_link(checked: Checked) -> Iterator[Finding]:
    """A link that no cited source holds and whose host nobody allowed. What the requester wrote is no source."""
    for start, end, link in _links(checked.text):
        address = _address(link)
        if not _host_allowed(address, checked.allowed_domains) and not _of(_normal(address), checked.citable):
            detail = "This link is in no cited source, and its host is not on the list of allowed ones."
            yield Finding(Kind.INVENTED_LINK, Severity.STOP, start, end, detail)


def foreign_link(checked: Checked) -> Iterator[Finding]:
    """A link or mail address that a source holds, but that leads away from where the source itself is: an article can
    be written by somebody who wants it so. A host that is right belongs on the list of allowed ones."""
    found = [(start, end, _normal(_address(link)), _address(link)) for start, end, link in _links(checked.text)]
    for match in personal(checked.text, kinds={Personal.EMAIL}):
        mail = checked.text[match.start : match.end].lower()
        found.append((match.start, match.end, mail, f"https://{mail.rpartition('@')[2]}"))
    own = {known.value.lower() for known in checked.own}
    for start, end, said, address in found:
        hosts = {_host(source.url or "") for source in _of(said, checked.citable)}
        if not hosts or said in own or _host_allowed(address, checked.allowed_domains):
            continue
        if not any(host and _same_site(_host(address), host) for host in hosts):
            detail = "This leads away from the place of its source; allow its host if that is right."
            yield Finding(Kind.FOREIGN_LINK, Severity.CONCERN, start, end, detail)


def invented_contact(checked: Checked) -> Iterator[Finding]:
    """Mail addresses, phone numbers and payment details that no cited source holds and that are not the requester's
    own."""
    known = {_plain(known.value) for known in checked.own}
    sources = _plain(" ".join(source.text for source in checked.citable))
    for match in personal(checked.text, kinds=_CONTACTS):
        value = checked.text[match.start : match.end]
        if _plain(value) in known or _plain(value) in sources:
            continue
        if match.kind is Personal.EMAIL and _in_domains(value.rpartition("@")[2].lower(), checked.allowed_domains):
            continue
        detail = f"This {_NAMES[match.kind]} is in no cited source."
        yield Finding(Kind.INVENTED_CONTACT, Severity.STOP, match.start, match.end, detail)
    for way in _PAYMENT.finditer(checked.text):
        if _plain(way.group()) not in sources:
            yield Finding(Kind.INVENTED_CONTACT, Severity.STOP, *way.span(), "This way to pay is in no cited source.")


def personal_data_of_others(checked: Checked) -> Iterator[Finding]:
    """Values of people in the ticket other than the requester, and anything that only a vault should hold."""
    own = {known.value.casefold() for known in checked.own}
    others = [known for known in checked.others if known.value.casefold() not in own]
    for match in KnownValues(others).find(checked.text):
        value = checked.text[match.start : match.end]
        if not _is_own_name(value, checked.own):
            detail = "This belongs to somebody other than the requester."
            yield Finding(Kind.PERSONAL_DATA_OF_OTHERS, Severity.CONCERN, match.start, match.end, detail)
    for match in personal(checked.text, kinds=_SECRETS):
        detail = "No reply should repeat a secret, a card or an official id."
        yield Finding(Kind.PERSONAL_DATA_OF_OTHERS, Severity.STOP, match.start, match.end, detail)


_NAMES = {
    Personal.EMAIL: "mail address",
    Personal.PHONE: "phone number",
    Personal.CARD: "card number",
    Personal.IBAN: "account number",
}


def links(text: str) -> int:
    """How many links a text holds."""
    return sum(1 for _ in _links(text))


def _links(text: str) -> Iterator[tuple[int, int, str]]:
    seen: set[int] = set()
    for match in _LINK.finditer(text):
        link = match.group().rstrip(".,;:!?*_")
        seen.add(match.start())
        yield match.start(), match.start() + len(link), link
    for match in _REFERENCE.finditer(text):
        group = 1 if match.group(1) else 2
        if match.start(group) not in seen and not match.group(group).startswith(("#", "mailto:")):
            yield match.start(group), match.end(group), match.group(group)


def _of(link: str, sources: Iterable[Source]) -> list[Source]:
    """The sources in which the very link or address stands, not only its beginning."""
    whole = re.compile(rf"(?<![\w.@-]){re.escape(link)}(?![\w%&=?#-]|[./][\w%?#-])", re.IGNORECASE)
    return [source for source in sources if whole.search(f"{source.url or ''} {source.text}")]


def _address(link: str) -> str:
    return link if "://" in link else f"https://{link}"


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _same_site(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _host_allowed(address: str, hosts: frozenset[str]) -> bool:
    try:
        parts = urlsplit(address)
        host, scheme, user = parts.hostname or "", parts.scheme, parts.username
    except ValueError:
        return False
    return scheme in ("http", "https") and user is None and _in_domains(host.lower(), hosts)


def _in_domains(host: str, domains: frozenset[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _normal(url: str) -> str:
    return re.sub(r"^https?://", "", url.strip().lower()).rstrip("/.,")


def _plain(value: str) -> str:
    return re.sub(r"[\s().\-/]", "", value).casefold()


def _is_own_name(value: str, own: tuple[Known, ...]) -> bool:
    return any(value.casefold() in known.value.casefold().split() for known in own)
