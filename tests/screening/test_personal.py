import pytest

from gateway.screening import Vault
from gateway.screening.identifiers import luhn
from gateway.screening.phones import phones


def kinds(text: str) -> dict[str, int]:
    vault = Vault()
    vault.mask(text)
    return dict(vault.counts)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to jane.roe+shop@mail.example.co.uk.", "write to <EMAIL_1>."),
        ("jane (at) example.com", "<EMAIL_1>"),
        ("my card 4532 2766 4457 7020 expired", "my card <CARD_1> expired"),
        ("4532276644577020", "<CARD_1>"),
        ("my card number is 4532276644577021", "my card number is <CARD_1>"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN <IBAN_1> please"),
        ("GB29NWBK60161331926819", "<IBAN_1>"),
        ("my SSN is 531-21-7351", "my SSN is <NATIONAL_ID_1>"),
        ("AB 12 34 56 C is my number", "<NATIONAL_ID_1> is my number"),
        ("DNI 12345678Z", "DNI <NATIONAL_ID_1>"),
        ("codice fiscale RSSMRA85T10A562S", "codice fiscale <NATIONAL_ID_1>"),
        ("CPF 390.533.447-05", "CPF <NATIONAL_ID_1>"),
        ("my passport number is C01X00T47", "my passport number is <NATIONAL_ID_1>"),
        ("from 203.0.113.9 today", "from <IP_1> today"),
        ("2001:db8::8a2e:370:7334", "<IP_1>"),
        ("https://shop.example/reset?token=s3cr3t works not", "<URL_1> works not"),
        ("https://user:pw@shop.example/", "<URL_1>"),
        ("my password is Hunter2! ok", "my password is <SECRET_1> ok"),
        ("Passwort: geheim99", "Passwort: <SECRET_1>"),
        ("the PIN is 4711", "the PIN is <SECRET_1>"),
        ("key sk-proj-abcdefghijklmnop1234", "key <SECRET_1>"),
        ("AKIAIOSFODNN7EXAMPLE", "<SECRET_1>"),
        ("My name is Jane Roe and", "My name is <PERSON_1> and"),
        ("ich heiße Jürgen Müller.", "ich heiße <PERSON_1>."),
        ("Dear Mrs. O'Neill,", "Dear Mrs. <PERSON_1>,"),
        ("I live at 12 Mill Lane, Bath", "I live at <ADDRESS_1>, Bath"),
        ("Lindenstraße 12", "<ADDRESS_1>"),
        ("12 rue de la Paix", "<ADDRESS_1>"),
    ],
)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert Vault().mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "my order 4711 of 3 November 2026",
        "order number 1234567890",
        "Bestellnummer: 2026-004711",
        "INV-2023-000912",
        "invoice 20231105",
        "it costs 1 000 000 EUR or 12.500,00 €",
        "between 2026-11-05 and 05.11.2026 at 14:05",
        "version 4.5.3.2",
        "I forgot my password, please help",
        "my password is wrong",
        "https://shop.example/help/returns?size=42",
        "the tracking number is 1Z999AA10123456784",
        "Hi Support,",
        "Dear customer service team,",
        "Dr, I need help",
        "call me maybe",
        "127.0.0.1",
        "ISBN 978-3-16-148410-0",
        "article 8806090572364",
        "a 10 - 20 % discount, 3-5 days",
    ],
)
def test_other_numbers_and_words_are_left_alone(text: str) -> None:
    assert Vault().mask(text) == text


@pytest.mark.parametrize(
    "number",
    [
        "+49 30 901820", "0049 30 901820", "(030) 901820 12", "030/9018200", "+1 (555) 010-9999", "555-010-9999",
        "07700 900123", "06 12 34 56 78", "020 7946 0018", "+46-8-123 456 78", "001-420-335-7509x38548",
    ],
)  # fmt: skip
def test_phone_numbers_of_several_countries_are_found(number: str) -> None:
    assert kinds(f"please call {number} tomorrow") == {"PHONE": 1}


def test_regions_decide_what_a_number_without_country_code_is() -> None:
    assert list(phones("ring 030 901820", ["DE"]))
    assert not list(phones("ring 030 901820", []))


@pytest.mark.parametrize(("number", "right"), [("4532276644577020", True), ("4532276644577021", False), ("0", True)])
def test_luhn(number: str, right: bool) -> None:
    assert luhn(number) is right


def test_overlapping_finds_leave_nothing_behind() -> None:
    text = Vault().mask("https://a.example/?email=jane@example.com&token=x and call +49 30 901820 4532276644577020")

    assert "jane" not in text
    assert not any(character.isdigit() for character in text.replace("_1", "").replace("_2", ""))
