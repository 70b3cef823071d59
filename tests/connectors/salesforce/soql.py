"""Salesforce's query language, as far as the connector speaks it, over rows as its answers hold them."""

import re
from datetime import datetime
from typing import Any

from connectors.salesforce.values import record_id

Row = dict[str, Any]
QUERY = re.compile(
    r"SELECT (?P<fields>[\w.,]+) FROM (?P<kind>\w+)(?: WHERE (?P<where>.*?))?"
    r"(?: ORDER BY (?P<order>\w+)(?P<desc> DESC)?)?(?: LIMIT (?P<limit>\d+))?"
)
TEXT = r"'((?:\\.|[^'\\])*)'"
CONDITION = re.compile(rf"(\w+) (?:(=) {TEXT}|(IN) \((.*?)\)|(=) (true|false)|(>) (\S+Z)|(!=) null)")


class Refused(Exception):
    """The question names something that does not exist, or is hidden."""


def kind_of(query: str) -> str:
    found = QUERY.fullmatch(query)
    assert found, query
    return found["kind"]


def answer(query: str, rows: list[Row]) -> list[Row]:
    """The rows that the query finds, with the fields that it names. Raises `Refused` for a field that is not there."""
    found = QUERY.fullmatch(query)
    assert found, query
    wanted = [row for row in rows if not found["where"] or _all(row, found["where"])]
    if found["order"]:
        wanted.sort(key=lambda row: row[found["order"]], reverse=bool(found["desc"]))
    limited = wanted[: int(found["limit"])] if found["limit"] else wanted
    return [_shown(row, found["fields"].split(",")) for row in limited]


def _all(row: Row, where: str) -> bool:
    if alternatives := re.search(r" AND \((.*)\)$", where):
        some = [_holds(row, one) for one in CONDITION.finditer(alternatives[1])]
        return any(some) and _all(row, where[: alternatives.start()])
    conditions = list(CONDITION.finditer(where))
    assert " AND ".join(one[0] for one in conditions) == where, where
    return all(_holds(row, one) for one in conditions)


def _holds(row: Row, condition: re.Match[str]) -> bool:
    if condition[1] not in row:
        raise Refused(condition[1])
    value = row[condition[1]]
    if condition[2]:
        return bool(_same(value, re.sub(r"\\(.)", r"\1", condition[3])))
    if condition[4]:
        return value in re.findall(TEXT, condition[5])
    if condition[6]:
        return value is (condition[7] == "true")
    if condition[8]:
        return datetime.fromisoformat(value) > datetime.fromisoformat(condition[9])
    return value is not None


def _same(value: Any, said: str) -> bool:
    """Texts are compared without their case, ids in their long form."""
    return (record_id(value) or str(value).casefold()) == (record_id(said) or said.casefold())


def _shown(row: Row, names: list[str]) -> Row:
    shown: Row = {"attributes": row["attributes"]}
    for name in names:
        parent, _, child = name.partition(".")
        if parent not in row or (child and row[parent] is not None and child not in row[parent]):
            raise Refused(name)
        if child and row[parent] is not None:
            shown.setdefault(parent, {"attributes": row[parent]["attributes"]})[child] = row[parent][child]
        else:
            shown[parent] = row[parent]
    return shown
