import pytest

from gateway.screening import language_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my order? It should have arrived last week.", "en"),
        ("Wo bleibt meine Bestellung? Sie sollte letzte Woche ankommen.", "de"),
        ("Où est ma commande ? Elle devait arriver la semaine dernière.", "fr"),
        ("¿Dónde está mi pedido? Tenía que llegar la semana pasada.", "es"),
        ("Dov'è il mio ordine? Doveva arrivare la settimana scorsa.", "it"),
        ("Waar blijft mijn bestelling? Die zou vorige week komen.", "nl"),
        ("Gdzie jest moje zamówienie? Miało przyjść w zeszłym tygodniu.", "pl"),
        ("Var är min beställning? Den skulle komma förra veckan.", "sv"),
        ("Hvor er bestillingen min? Jeg har ikke fått noe ennå.", "no"),
        ("注文した商品はどこですか", "ja"),
        ("我的订单在哪里", "zh"),
        ("내 주문은 어디에 있나요", "ko"),
        ("Где мой заказ? Он должен был прийти на прошлой неделе.", "ru"),
        ("help", "en"),
        ("Danke", "de"),
    ],
)
def test_language_is_found(text: str, code: str) -> None:
    assert language_of(text).code == code


@pytest.mark.parametrize(
    "text", ["", "ok", "12345", "👍👍", "https://example.com/login", "<PERSON_1> <ORDER_2>", "??!"]
)
def test_what_cannot_be_told_is_unknown_and_not_guessed(text: str) -> None:
    assert language_of(text).code is None


def test_numbers_links_and_placeholders_do_not_count() -> None:
    found = language_of(
        "Bitte <PERSON_1> anrufen: https://example.com/this/is/an/english/path 12345 wegen der Rechnung"
    )

    assert found.code == "de"
