import time

import pytest

from gateway.screening import Kind, Known, Vault


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("order HT-482913 is late", "order <ORDER_1> is late"),
        ("order ht-482913 is late", "order <ORDER_1> is late"),
        ("HT-48291 and HT-4829133", "HT-48291 and HT-4829133"),
        ("see AB 12/2026.", "see <ORDER_1>."),
        ("S4 or SO-77", "S4 or <ORDER_1>"),
        ("(HT-482913,HT-482914)", "(<ORDER_1>,<ORDER_2>)"),
    ],
)
def test_numbers_of_a_declared_shape_are_orders(text: str, masked: str) -> None:
    assert Vault(orders=["HT-######", "@@ ##/####", "SO-#+"]).mask(text) == masked


def test_without_shapes_no_number_is_an_order() -> None:
    assert Vault().mask("order HT-482913") == "order HT-482913"


def test_a_declared_shape_comes_before_what_else_a_number_might_be() -> None:
    assert Vault(orders=["##########"]).mask("please call about 0301234567") == "please call about <ORDER_1>"


def test_signs_of_patterns_in_a_shape_stand_for_themselves() -> None:
    assert Vault(orders=["A.##"]).mask("A.12 Ax12") == "<ORDER_1> Ax12"


def test_no_shape_makes_a_search_slow() -> None:
    vault = Vault([Known(Kind.PERSON, "Rita")], orders=["#+" * 10, "@+" * 10 + "x", "#+ " * 8 + "#"])
    began = time.process_time()

    vault.mask("1" * 10_000 + " " + "a" * 10_000 + " 1" * 5_000)

    assert time.process_time() - began < 5
