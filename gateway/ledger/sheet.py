"""Rows as CSV that a spreadsheet cannot be tricked with, and text that cannot steer whoever shows it."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # direction controls, dropped


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A heading may be somebody's word too, such as the name of a model."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell(heading) for heading in headings])
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """Without what could move the cursor or turn the line around: a stranger wrote some of what is printed."""
    if text.isprintable():  # nearly all is, and looking at each character takes most of the time of an export
        return text
    return "".join(
        "\ufffd" if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" else c for c in text
    ).translate(TURNING)


def cell(value: object) -> str:
    """A field of CSV. Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    text = harmless(str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\n")) else text
