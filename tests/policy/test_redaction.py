"""What becomes of personal data before a model sees it."""

from gateway.policy import PII_KINDS, UNKNOWN, Masking, Redaction, load
from tests.policy.sets import facts, policy

BASE = """
- rule: base
  when: always
  then: {redact: {other: mask, order: keep}}
"""
CARDS = """
- rule: cards
  when: ticket.channel == "chat"
  then: {redact: {card: block}}
"""
LOCAL = """
- rule: local
  when: always
  then: {redact: {person: keep, card: mask, models: [local]}}
"""


def redaction(rules: str, **changed: object) -> Redaction:
    return load({"redaction/first.yaml": policy(rules)}).redaction(facts(**changed))


def test_what_no_rule_names_is_masked() -> None:
    found = redaction(CARDS)

    assert {found.of(kind) for kind in PII_KINDS} == {Masking.MASK}


def test_the_most_cautious_word_wins() -> None:
    assert redaction(BASE + CARDS, ticket__channel="chat").of("card") is Masking.BLOCK
    assert redaction(CARDS + BASE, ticket__channel="email").of("card") is Masking.MASK
    assert redaction(BASE).of("order") is Masking.KEEP


def test_kinds_are_known_in_capital_letters_too() -> None:
    assert redaction(BASE).of("ORDER") is Masking.KEEP


def test_what_is_said_of_one_model_comes_before_what_is_said_of_all() -> None:
    found = redaction(BASE + CARDS + LOCAL, ticket__channel="chat")

    assert found.of("person", "local") is Masking.KEEP
    assert found.of("person", "cheap") is Masking.MASK
    assert found.blocks(["card"], "cheap")
    assert not found.blocks(["card", "email"], "local")


def test_an_unknown_fact_never_keeps_anything() -> None:
    keep = BASE.replace("always", "ticket.channel == 'email'")

    assert redaction(keep, ticket__channel=UNKNOWN).of("order") is Masking.MASK
    assert redaction(CARDS, ticket__channel=UNKNOWN).of("card") is Masking.BLOCK


def test_a_redaction_can_be_kept_as_json() -> None:
    told = redaction(BASE + LOCAL).to_dict()

    assert told["general"]["order"] == "keep"
    assert told["special"] == {"local": {"person": "keep", "card": "mask"}}
