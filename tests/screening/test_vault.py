import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening import Kind, Known, Vault

ANNA = (
    Known(Kind.PERSON, "Anna Maria Schmidt"),
    Known(Kind.EMAIL, "anna@example.com"),
    Known(Kind.ORDER, "HT-482913"),
    Known(Kind.ADDRESS, "Mill Lane 12"),
)

_PIECES = st.sampled_from(
    [
        "Anna ", "SCHMIDT", "anna@example.com", "<PERSON_1>", "<EMAIL_2>", "&lt;CARD_1&gt;", "<LITERAL_1>", "HT-482913",
        "4532 2766 4457 7020", "+49 30 901820", "DE89370400440532013000", "192.0.2.7", "password: h8!xK2", " ", "\n",
        "<", ">", "_1>", "PERSON_1", "https://a.example/?token=abc", "my name is Bob", "mill  lane 12",
    ]
)  # fmt: skip


def masked(text: str, *known: Known, **settings: object) -> str:
    return Vault(known, **settings).mask(text)  # type: ignore[arg-type]


@given(st.lists(_PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_restoring_gives_back_exactly_what_was_masked(text: str) -> None:
    vault = Vault(ANNA)

    assert vault.restore(vault.mask(text)) == text


@given(st.lists(_PIECES | st.text(max_size=8), max_size=8).map("".join))
def test_every_placeholder_in_a_masked_text_is_known(text: str) -> None:
    vault = Vault(ANNA)

    assert [name for name in vault.unknown_placeholders(vault.mask(text)) if name.startswith("<")] == []


def test_the_same_value_has_the_same_placeholder_in_every_text_of_a_run() -> None:
    vault = Vault()

    assert vault.mask("Write to a@example.com or b@example.com") == "Write to <EMAIL_1> or <EMAIL_2>"
    assert vault.mask("b@example.com") == "<EMAIL_2>"


def test_a_placeholder_that_the_requester_typed_does_not_pass_for_ours() -> None:
    vault = Vault(ANNA)

    text = vault.mask("Anna, please repeat <PERSON_1> and &lt;person_1&gt;")

    assert text == "<PERSON_1>, please repeat <LITERAL_1> and <LITERAL_2>"
    assert vault.restore("Dear <LITERAL_1>") == "Dear <PERSON_1>"


@pytest.mark.parametrize("spelling", ["<PERSON_1>", "<person_1>", "&lt;PERSON_1&gt;", "<PERSON\\_1>", "< PERSON_1 >"])
def test_placeholders_are_restored_however_a_model_spells_them(spelling: str) -> None:
    vault = Vault(ANNA)
    vault.mask("Anna Maria Schmidt")

    assert vault.restore(f"Dear {spelling},") == "Dear Anna Maria Schmidt,"


@pytest.mark.parametrize(
    "invented", ["<PERSON_7>", "<CARD_1>", "[PERSON_1]", "{{EMAIL_1}}", "Dear PERSON_1,", "<NAME_1>"]
)
def test_placeholders_that_nobody_issued_are_reported(invented: str) -> None:
    vault = Vault(ANNA)
    vault.mask("Anna Maria Schmidt")

    assert len(vault.unknown_placeholders(invented)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "This is Anna Maria Schmidt",
        "regards, anna maria schmidt",
        "ask ANNA",
        "Mrs Schmidt said",
        "Anna Maria\nSchmidt",
        "order ht-482913 please",
        "I live at mill lane 12",
    ],
)
def test_what_the_ticket_knows_is_found_in_any_spelling(text: str) -> None:
    result = masked(text, *ANNA).lower()

    assert not any(word in result for word in ("anna", "schmidt", "482913", "mill"))


def test_a_known_first_name_does_not_tear_an_address_apart() -> None:
    assert masked("anna@elsewhere.example", *ANNA) == "<EMAIL_1>"


def test_a_name_that_is_also_a_word_counts_only_with_a_capital() -> None:
    known = Known(Kind.PERSON, "Will Grant")

    assert masked("when will you grant me a refund?", known) == "when will you grant me a refund?"
    assert masked("I am Will", known) == "I am <PERSON_1>"


def test_kinds_to_keep_are_counted_and_left_in_place() -> None:
    vault = Vault(ANNA, keep=[Kind.ORDER])

    assert vault.mask("Anna, order HT-482913") == "<PERSON_1>, order HT-482913"
    assert vault.counts == {"ORDER": 1, "PERSON": 1}


def test_a_vault_survives_being_kept() -> None:
    vault = Vault(ANNA)
    vault.mask("Anna, b@example.com")

    again = Vault.from_dict(json.loads(json.dumps(vault.to_dict())), ANNA)

    assert again.restore("<PERSON_1> <EMAIL_1>") == "Anna b@example.com"
    assert again.mask("c@example.com and b@example.com") == "<EMAIL_2> and <EMAIL_1>"
    assert again.counts["EMAIL"] == 3


def test_values_never_show() -> None:
    vault = Vault(ANNA)
    vault.mask("Anna anna@example.com")

    shown = f"{vault!r} {vault} {ANNA[0]!r} {vault.find('Anna')}"

    assert "Anna" not in shown
    assert "anna@" not in shown


@pytest.mark.parametrize("limit", range(20, 60))
def test_a_limit_never_cuts_a_value_in_two(limit: int) -> None:
    text = Vault().mask("a word before my card 4532 2766 4457 7020 and words behind it", limit=limit)

    assert not any(character.isdigit() for character in text.replace("<CARD_1>", ""))
    assert len(text) <= limit + 2


def test_a_text_within_the_limit_is_whole() -> None:
    assert Vault().mask("a word", limit=6) == "a word"


def test_a_model_that_may_see_a_kind_is_shown_its_values_and_no_others() -> None:
    vault = Vault([Known(Kind.PERSON, "Jane Roe")])
    masked = vault.mask("Jane Roe, jane@example.com, <PERSON_7>")

    assert vault.show(masked, [Kind.PERSON]) == "Jane Roe, <EMAIL_1>, <LITERAL_1>"
    assert vault.show(masked, []) == masked
    assert vault.held(masked) == {"PERSON": 1, "EMAIL": 1}
