"""Values as Salesforce sends and takes them: record ids of two lengths, and literals of its query language."""

import re
from datetime import UTC, datetime
from typing import Any

from connectors.errors import Rejected

ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", re.ASCII)
CASE, EMAIL, COMMENT, USER, GROUP = "500", "02s", "00a", "005", "00G"  # how the ids of an object begin
CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def record_id(value: Any, prefix: str = "") -> str | None:
    """An id in its long form, because one record has two; None for what is no id of this object.

    The short form tells records apart by capitals alone. The three characters at the end say which are capitals.
    """
    if not isinstance(value, str) or not ID.fullmatch(value) or not value.startswith(prefix):
        return None
    short = value[:15]
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(CHECKSUM[sum(char.isupper() << at for at, char in enumerate(chunk))] for chunk in chunks)


def case_id(ticket_id: str) -> str:
    """Raises `Rejected` for an id of another help desk."""
    found = record_id(ticket_id, CASE)
    if found is None:
        raise Rejected("the ticket id is not one of a case (500...), so it is not one of Salesforce's")
    return found


def quoted(value: str) -> str:
    """A text as a literal of a query. Nothing in it can end the literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def select(fields: str, kind: str, where: str = "", then: str = "") -> str:
    """A query. `where` holds literals made by `quoted`, `one_of` and `literal` alone; `then` orders and limits."""
    return " ".join(part for part in ("SELECT", fields, "FROM", kind, where and f"WHERE {where}", then) if part)


def one_of(values: list[str]) -> str:
    return f"({','.join(map(quoted, values))})"


def literal(at: datetime) -> str:
    """A time as a literal of a query, which stands there without quotes."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
