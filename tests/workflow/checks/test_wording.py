import pytest

from gateway.workflow.checks import Kind, Severity, Source
from gateway.workflow.checks.wording import (
    advice,
    for_staff,
    profanity,
    promise,
    prompt_leak,
    refusal,
    tone,
    wrong_language,
)
from tests.workflow.checks.draft import TEXT, draft


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I cannot see orders.",
        "I'm sorry, but I can't help with that.",
        "I am unable to assist you.",
        "Als KI kann ich das nicht.",
        "Ich kann Ihnen dabei leider nicht helfen.",
        "En tant qu'IA, je ne sais pas.",
        "No puedo ayudar con eso.",
    ],
)
def test_refusals_are_found_in_several_languages(text: str) -> None:
    assert list(refusal(draft(text)))


def test_a_refusal_of_the_provider_counts_whatever_the_text() -> None:
    assert [finding.kind for finding in refusal(draft(refused=True))] == [Kind.REFUSAL]


@pytest.mark.parametrize(
    "text",
    [
        "We will refund the full price.",
        "I'll send you a replacement.",
        "You will receive your money tomorrow.",
        "I guarantee that it arrives.",
        "I have cancelled your order.",
        "Your refund has been issued.",
        "Wir werden Ihnen den Betrag erstatten.",
        "Ich habe Ihre Bestellung storniert.",
        "Nous vous rembourserons.",
        "Hemos reembolsado el importe.",
    ],
)
def test_promises_and_claims_of_deeds_are_found(text: str) -> None:
    assert list(promise(draft(text)))


@pytest.mark.parametrize(
    "text", [TEXT, "We are looking into it.", "Please send it back to us.", "Wir prüfen das gern."]
)
def test_plain_information_is_no_promise(text: str) -> None:
    assert not list(promise(draft(text)))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("You should sue the carrier.", "legal"),
        ("Take 200 mg twice daily.", "medical"),
        ("We recommend investing in this fund.", "financial"),
    ],
)
def test_advice_is_named_by_its_field(text: str, field: str) -> None:
    (finding,) = advice(draft(text))

    assert field in finding.detail


def test_talk_about_the_prompt_and_words_of_it_leak() -> None:
    prompt = "You write replies for the support team of Hollin and Tarn and you never speak about prices of others."

    assert list(prompt_leak(draft("According to my instructions, I may not say.")))
    assert list(prompt_leak(draft("I write replies for the support team of Hollin and Tarn and you", prompt=prompt)))
    assert not list(prompt_leak(draft(prompt=prompt)))


def test_another_language_than_the_requesters_is_found() -> None:
    german = "Sie können den Artikel innerhalb von 30 Tagen zurückgeben, danach leider nicht mehr."

    (finding,) = wrong_language(draft(german))

    assert "de" in finding.detail
    assert not list(wrong_language(draft(german, language="de")))
    assert not list(wrong_language(draft(german, language=None)))
    assert not list(wrong_language(draft("Okay.")))


def test_rude_words_are_found_and_harmless_ones_are_not() -> None:
    assert list(profanity(draft("That is bullshit.")))
    assert not list(profanity(draft("The assessment of Scunthorpe and the classic cocktail.")))


def test_what_a_cited_public_article_promises_to_everybody_is_only_a_note() -> None:
    article = Source(1, "Send it back. You will receive your money within 5 days.", "Returns", language="en")
    text = "Hello. You will receive your money within 5 days."

    assert [finding.severity for finding in promise(draft(text, sources=(article,)))] == [Severity.NOTE]
    assert [finding.severity for finding in promise(draft(text, sources=(article,), cited=()))] == [Severity.CONCERN]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("You should have read the terms before you ordered.", "reproach"),
        ("Calm down, it will come.", "reproach"),
        ("Das ist leider Ihr Problem.", "reproach"),
        ("It is on its way!!", "careless"),
        ("Yeah whatever, we are gonna look.", "careless"),
        ("WE DO NOT TAKE IT BACK.", "shouting"),
    ],
)
def test_a_tone_that_would_hurt_is_found(text: str, how: str) -> None:
    assert how in {word for finding in tone(draft(text)) for word in finding.detail.strip(".").split()}


@pytest.mark.parametrize("text", ["Thank you!", "Your IBAN and BIC are right.", "The GPS of the AC-3 works."])
def test_a_friendly_tone_is_in_order(text: str) -> None:
    assert not list(tone(draft(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Ask the customer whether the card was stolen.",
        "Inform customer this card is no longer active.",
        "Verify the customer's identity using standard procedures.",
        "Note that the caller has three attempts.",
        "Bitten Sie den Kunden um die Bestellnummer.",
    ],
)
def test_what_is_said_to_a_colleague_needs_a_persons_eye(text: str) -> None:
    (finding, *_) = for_staff(draft(text))

    assert finding.severity is Severity.CONCERN


@pytest.mark.parametrize("text", ["Our customers like it.", "Ask our customer service.", TEXT])
def test_what_is_said_to_a_customer_is_not_for_staff(text: str) -> None:
    assert not list(for_staff(draft(text)))
