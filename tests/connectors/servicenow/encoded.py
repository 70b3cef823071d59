"""ServiceNow's encoded queries as far as the connector speaks them. A part about an unknown column is ignored."""

import re
from typing import Any

Row = dict[str, Any]
ORDER = re.compile(r"ORDERBY(DESC)?([a-z_]+)")
PART = re.compile(r"([\w.]+?)(IN|>=|=)(.*)", re.DOTALL)


def answer(query: str, rows: list[Row], *, ignored: set[str]) -> list[Row]:
    """The rows that the query finds, in its order."""
    parts = [one for one in query.split("^") if one]
    orders = [found for one in parts if (found := ORDER.fullmatch(one))]
    found = [row for row in rows if _holds(row, [one for one in parts if not ORDER.fullmatch(one)], ignored)]
    for order in reversed(orders):
        found.sort(key=lambda row: row[order[2]], reverse=bool(order[1]))
    return found


def _holds(row: Row, parts: list[str], ignored: set[str]) -> bool:
    """`a^ORb^c` means (a or b) and c."""
    groups: list[list[str]] = []
    for part in parts:
        if part.startswith("OR") and groups:
            groups[-1].append(part[2:])
        else:
            groups.append([part])
    return all(any(_is(row, part, ignored) for part in group) for group in groups)


def _is(row: Row, part: str, ignored: set[str]) -> bool:
    found = PART.fullmatch(part)
    if not found or found[1] not in row or found[1] in ignored:
        return True
    value, said = str(row[found[1]]), found[3]
    if found[2] == "IN":
        return value.casefold() in said.casefold().split(",")
    return value >= said if found[2] == ">=" else value.casefold() == said.casefold()
