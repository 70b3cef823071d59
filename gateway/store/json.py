"""JSON as Postgres will take it: hostile text may hold what a JSONB value may not."""

import json
import math
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb


def jsonb(value: Any) -> Jsonb:
    """A value for a JSONB column. NUL characters and half surrogates in its strings are replaced; a number that JSON
    has no word for is null, because nobody knows it."""
    return Jsonb(value, dumps=_dump)


def _dump(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=_plain, allow_nan=False)
    except ValueError:
        text = ""
    if not text or "\\u0000" in text or not text.isprintable():
        text = json.dumps(_clean(value), ensure_ascii=False, default=_plain, allow_nan=False)
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} does not belong into a JSON column")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
