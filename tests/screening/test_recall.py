"""How much personal data is found in mails as people write them: floors, so that a change which loses some is seen."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from gateway.screening import Vault
from gateway.screening.personal import merged

LABELLED = """\
Hello, my name is [PERSON Marta Lindqvist] and I live at [ADDRESS Lindenstraße 12, 10969 Berlin].
Please call me on [PHONE +49 30 901820] or write to [EMAIL marta.lindqvist@example.com].
The card [CARD 4532 2766 4457 7020] was charged twice, and [CARD 5500-0055-5555-5559] once.
Refund it to [IBAN DE89 3704 0044 0532 0130 00], thanks, [PERSON Jonas Weber]
Kind regards,\\n[PERSON Aoife O'Sullivan]
My social security number is [NATIONAL_ID 536-22-8726], in case you need it.
It came from the address [IP 203.0.113.77] and later from [IP 2001:db8::8a2e:370:7334].
This link is dead: [URL https://id.example.com/reset?token=9f8e7d6c5b4a39281706f5e4d3c2b1a0].
The password is [SECRET hunter2-Sommer!] and it still does not let me in.
You can reach my wife [PERSON Ewa Kowalska] on [PHONE (212) 555-0134] after five.
Send it to [ADDRESS 221B Baker Street, London NW1 6XE] instead.
Our key is [SECRET sk-proj-Zk3v9QpX7aLm2TnB8rYc4WdE6fGh1JkM5oPs].
Mr [PERSON Dimitriou] signed for the parcel, not me.
Dear Sir, this is [PERSON Claire Dubois], [PHONE +33 1 42 68 53 00].
Meine Adresse ist [ADDRESS Hauptstr. 5, 80331 München], Telefon [PHONE 089 12345678].
I am [PERSON Tom], we spoke yesterday.
Ship to: [ADDRESS 1600 Pennsylvania Avenue NW, Washington, DC 20500].
My number was [PHONE 020 7946 0958], now it is [PHONE +44 7700 900123].
"""
FLOORS = {"EMAIL": 1.0, "CARD": 1.0, "IBAN": 1.0, "IP": 1.0, "NATIONAL_ID": 1.0, "URL": 1.0, "SECRET": 1.0}
FLOORS |= {"PHONE": 0.85, "PERSON": 0.85, "ADDRESS": 0.5}
HARMLESS = (
    "The order HT-482913 of 3 November 2026 cost 129.90 EUR; article 4006381333931, size 42.",
    "Version 10.4.2 has run since 14:05, and the ticket 2026-000912 is still open.",
    "Where is the nearest shop in Hamburg, and is it open on Easter Monday?",
    "I would like a refund for the boots, the tent and the 2 lamps that I bought in May.",
)


def read(line: str) -> tuple[str, list[tuple[str, str]]]:
    """The text without its labels, and what was labelled."""
    labels = re.findall(r"\[([A-Z_]+) ([^\]]+)\]", line)
    return re.sub(r"\[[A-Z_]+ ([^\]]+)\]", r"\1", line).replace("\\n", "\n"), labels


def told() -> Iterator[tuple[str, bool]]:
    """Each labelled value's kind, and whether nothing of it is left."""
    for line in LABELLED.splitlines():
        text, labels = read(line)
        masked = Vault(regions=("US", "GB", "DE")).mask(text)
        for kind, value in labels:
            yield kind, not any(word in masked for word in re.findall(r"\w{3,}", value))


def test_the_labels_are_all_of_kinds_with_a_floor() -> None:
    assert {kind for kind, _ in told()} == set(FLOORS)


@pytest.mark.parametrize("kind", FLOORS)
def test_no_less_is_found_than_before(kind: str) -> None:
    found = Counter(hit for told_kind, hit in told() if told_kind == kind)

    assert found[True] / found.total() >= FLOORS[kind]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert merged(Vault(regions=("US", "GB", "DE")).find(text)) == []
