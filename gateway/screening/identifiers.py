"""Numbers and keys that belong to one person: cards, accounts, national ids, network addresses, secrets."""

import ipaddress
import re
from collections.abc import Iterator
from importlib import import_module

Span = tuple[int, int]

_CARD = re.compile(r"(?<![\w.,+-])\d(?:[ -]?\d){12,18}(?![\w-]|[.,]\d)")
_CARD_WORD = re.compile(
    r"card|credit|debit|visa|master|amex|karte|carte|tarjeta|carta|cartão|kaart|kort|karta|карт|卡|カード",
    re.IGNORECASE,
)
_NEAR = 60
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_VERSION = re.compile(r"\b(?:v|ver|version|release|firmware|build)\.?\s?\Z", re.IGNORECASE)
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")

# Ids whose shape alone says what they are.
_SHAPED: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])"), None),  # US social security
    (re.compile(r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?!\w)"), None),  # UK insurance
    (re.compile(r"(?<!\w)[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z](?!\w)", re.IGNORECASE), "it.codicefiscale"),
    (re.compile(r"(?<!\w)\d{8}-?[A-Z](?!\w)", re.IGNORECASE), "es.dni"),
    (re.compile(r"(?<!\w)[XYZ]-?\d{7}-?[A-Z](?!\w)", re.IGNORECASE), "es.nie"),
    (re.compile(r"(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d\d(?!\w)"), "br.cpf"),
    (re.compile(r"(?<![\w-])(?:19|20)?\d{6}[-+]\d{4}(?![\w-])"), "se.personnummer"),
    (re.compile(r"(?<!\w)\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y](?!\w)"), "fi.hetu"),
    (re.compile(r"(?<!\w)756\.\d{4}\.\d{4}\.\d\d(?!\w)"), "ch.ssn"),
    (re.compile(r"(?<!\w)[12] ?\d\d ?\d\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d(?!\w)"), "fr.nir"),
    (re.compile(r"(?<!\w)[A-Z]{5}\d{4}[A-Z](?!\w)"), "in_.pan"),
    (re.compile(r"(?<![\w-])\d{4} \d{4} \d{4}(?![\w-]| \d)"), "in_.aadhaar"),
    (re.compile(r"(?<![\w.-])\d\d\.\d\d\.\d\d-\d{3}\.\d\d(?!\w)"), "be.nn"),
    (re.compile(r"(?<![\w-])\d{6}-\d{4}(?![\w-])"), "dk.cpr"),
    (re.compile(r"(?<![\w-])\d{6} \d{5}(?![\w-])"), "no.fodselsnummer"),
    (re.compile(r"(?<![\w/])\d{6}/\d{3,4}(?![\w/])"), "cz.rc"),
    (re.compile(r"(?<!\w)\d{7}[A-W][A-IW]?(?!\w)"), "ie.pps"),
    (re.compile(r"(?<!\w)[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d(?!\w)"), "mx.curp"),
    (re.compile(r"(?<![\w.])\d{1,2}\.\d{3}\.\d{3}-[\dK](?!\w)", re.IGNORECASE), "cl.rut"),
    (re.compile(r"(?<![\w-])(?:20|23|24|27)-\d{8}-\d(?![\w-])"), "ar.cuit"),
    (re.compile(r"(?<![\w-])\d{6}-[1-4]\d{6}(?![\w-])"), "kr.rrn"),
    (re.compile(r"(?<![\w-])[1-9]\d{16}[\dX](?![\w-])"), "cn.ric"),
    (re.compile(r"(?<![\w-])9\d\d-[5-9]\d-\d{4}(?![\w-])"), "us.itin"),
    (re.compile(r"(?<![\w-])\d{3}-\d{3}-\d{3}(?![\w-])"), "ca.sin"),
    (re.compile(r"(?<![\w-])[1-9]\d \d{3} \d{3} \d{3}(?![\w-]| ?\d)"), "de.idnr"),
)
# Bare digits are an id only beside a word that says so.
_ID_WORD = re.compile(
    r"\b(?:ssn|social (?:security|insurance)|nhs|tfn|tax file|pps|national (?:insurance|id)|tax (?:id|number)|passport"
    r"|driv(?:er'?s?|ing) licen[cs]e|ahv|sécurité sociale|rijksregister\w*|rodné číslo|curp|fødselsnummer|henkilötunnus"
    r"|personalausweis|ausweis|reisepass|steuer-?id\w*|sozialversicherung\w*|carte d.identité|passeport|dni|nie|nif"
    r"|pasaporte|codice fiscale|passaporto|bsn|paspoort|rijbewijs|pesel|dowód|cpf|personnummer|cpr|aadhaar)\b"
    r"[^\n\d]{0,25}?[\s:#]((?=[A-Z]{0,3}\d)[A-Z0-9][A-Z0-9 -]{4,16}[A-Z0-9])(?!\w)",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"(?<![\w-])(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,200}|\bgh[pousr]_[A-Za-z0-9]{20,100}"
    r"|\bgithub_pat_\w{20,100}|\bglpat-[\w-]{18,60}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}"
    r"|\bxox[abeprs]-[\w-]{10,200}"
    r"|\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{8,2000}|\bSG\.[\w-]{20,30}\.[\w-]{40,50}|\bnpm_\w{36}|\bhf_\w{30,40}"
    r"|\bya29\.[\w-]{20,400}|\bGOCSPX-[\w-]{20,40}|\bwhsec_[A-Za-z0-9+/=_-]{20,100}|\bdop_v1_\w{64}"
    r"|\bshp(?:at|ss)_\w{32}"
    r"|\bpypi-[\w-]{30,400}|\bAC[0-9a-f]{32}\b|\bSK[0-9a-f]{32}\b|\b\d{8,10}:AA[\w-]{33}"
    r"|(?<=[Bb]asic )[A-Za-z0-9+/]{16,400}={0,2}|(?<=[Bb]earer )[\w.~+/-]{16,2000}=*"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]{20,8000}?-----END [A-Z ]{0,20}PRIVATE KEY-----"
)
_PASSWORD = re.compile(
    r"\b(?:pass(?:word|code|phrase|wd)?|pwd?|login code|zugangscode|kennwort|passwort|mot de passe|contraseña|clave"
    r"|senha|wachtwoord|lösenord"
    r"|adgangskode|hasło|пароль|api[ _-]?key|secret(?: key)?|access[ _-]?token|client[ _-]?secret)\b"
    r"(?:\s{0,3}(?:is|was|ist|war|lautet|est|es|é|è|er|är|=>?|:))+[ \t]{0,3}[\"'“„«`]?([^\s\"'”“»`]{4,128})",
    re.IGNORECASE,
)
# Guards: most texts hold neither, and need not be searched for each shape.
_DIGITS = re.compile(r"\d\D?\d\D?\d\D?\d\D?\d")
_LONG = re.compile(r"\S{19}")
_PIN = re.compile(
    r"\b(?:pin|cvv2?|cvc2?|otp|tan|security code|verification code|one.time (?:code|password)|prüfnummer|code secret)\b"
    r"[^\n\d]{0,15}?(\d{3,8})\b",
    re.IGNORECASE,
)


def cards(text: str) -> Iterator[Span]:
    """13 to 19 digits with a right checksum, or beside a word for a card: people mistype numbers too."""
    for match in _CARD.finditer(text):
        start, end = match.span()
        digits = _digits(match.group())
        near = text[max(0, start - _NEAR) : start] + " " + text[end : end + _NEAR]
        if (digits[0] in "23456" and luhn(digits)) or _CARD_WORD.search(near):
            yield start, end


def luhn(digits: str) -> bool:
    """The checksum of ISO/IEC 7812 that payment cards carry."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def ibans(text: str) -> Iterator[Span]:
    """Account numbers by ISO 13616, also where words follow without a clear border."""
    for match in _IBAN.finditer(text):
        end = match.end()
        while end - match.start() >= 15:
            if _valid("iban", text[match.start() : end]):
                yield match.start(), end
                break
            end = max(text.rfind(" ", match.start(), end), text.rfind("-", match.start(), end), 0)


def national_ids(text: str) -> Iterator[Span]:
    """Ids of a state by shape and checksum, or any number beside a word for such an id."""
    if not _DIGITS.search(text):
        return
    for pattern, module in _SHAPED:
        for match in pattern.finditer(text):
            if module is None or _valid(module, match.group()):
                yield match.span()
    for match in _ID_WORD.finditer(text):
        yield match.span(1)


def ips(text: str) -> Iterator[Span]:
    """Addresses of version 4 and 6 that belong to somebody; `127.0.0.1` and `::` tell nothing."""
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            if _VERSION.search(text, max(0, match.start() - 12), match.start()):
                continue
            try:
                address = ipaddress.ip_address(match.group())
            except ValueError:
                continue
            if not (address.is_loopback or address.is_unspecified):
                yield match.span()


def secrets(text: str) -> Iterator[Span]:
    """Keys by their shape; passwords and codes by the word before them."""
    if _LONG.search(text):
        yield from (match.span() for match in _KEYS.finditer(text))
    for match in _PASSWORD.finditer(text):
        value = match.group(1).rstrip(".,;)")
        if len(value) >= 4 and _looks_secret(value):
            yield match.start(1), match.start(1) + len(value)
    for match in _PIN.finditer(text):
        yield match.span(1)


def _looks_secret(value: str) -> bool:
    """A word of the language after "my password is" ("wrong") is no password; digits or signs inside make it one."""
    return any(not character.isalpha() for character in value) or not (value.islower() or value.istitle())


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _valid(module: str, number: str) -> bool:
    return bool(import_module(f"stdnum.{module}").is_valid(number))
