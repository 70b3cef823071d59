"""What a JSONB column gives back for what hostile text may hold."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.store.database import Database
from gateway.store.json import jsonb

REPLACED = "\ufffd"


async def through(database: Database, value: Any) -> Any:
    row = await database.one("select %(value)s as value", {"value": jsonb(value)})
    assert row
    return row["value"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x00b", f"a{REPLACED}b"),
        ({"a\x00": ["\x00"]}, {f"a{REPLACED}": [REPLACED]}),
        ("half \ud83d of a face", "half ? of a face"),
        ({"deep": [{"er": "\udc00"}]}, {"deep": [{"er": "?"}]}),
        ("a literal \\u0000 in a text", "a literal \\u0000 in a text"),
        ("\u202e right to left \u2028 \t\r\n", "\u202e right to left \u2028 \t\r\n"),
        ("👩‍👩‍👧 ñ 漢", "👩‍👩‍👧 ñ 漢"),
        (Decimal("0.000000000001"), "0.000000000001"),
        ({"price": Decimal("1.10"), "text": "\x00"}, {"price": "1.10", "text": REPLACED}),
        (("a", 1), ["a", 1]),
        (None, None),
    ],
)
async def test_what_is_kept(database: Database, given: Any, kept: Any) -> None:
    assert await through(database, given) == kept


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
async def test_a_number_that_json_has_no_word_for_is_unknown(database: Database, number: float) -> None:
    assert await through(database, {"score": number, "text": "kept"}) == {"score": None, "text": "kept"}


def test_what_has_no_place_in_json_is_a_bug_and_says_so() -> None:
    with pytest.raises(TypeError, match="set"):
        jsonb({1, 2}).dumps({1, 2})  # type: ignore[misc]
