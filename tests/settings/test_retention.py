"""How long what is kept: safe where nobody says anything, and refused where texts would outlive their records."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from gateway.settings.retention import RetentionEntry


def test_texts_are_short_and_records_are_long_where_nothing_is_said() -> None:
    assert RetentionEntry().spans == {
        "content": timedelta(days=90),
        "deliveries": timedelta(days=30),
        "records": timedelta(days=7 * 365),
    }


def test_never_keeps_for_ever() -> None:
    told = RetentionEntry(content="never", records="never")

    assert (told.spans["content"], told.spans["records"]) == (None, None)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"content": "90"}, "such as 30d, 12w or 7y, or never"),
        ({"content": "0d"}, "such as 30d"),
        ({"deliveries": "-1d"}, "such as 30d"),
        ({"content": "8y"}, "as long as content"),
        ({"content": "never"}, "as long as content"),
        ({"deliveries": "1y", "records": "200d"}, "as long as deliveries"),
        ({"contents": "90d"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_reason(told: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        RetentionEntry.model_validate(told)
