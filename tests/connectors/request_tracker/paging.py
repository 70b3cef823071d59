"""How Request Tracker 5.0.3 answers a question for rows, in its JSON form and as far as ids in its SQL form."""

import json
import re
from functools import partial
from typing import Any

Row = dict[str, Any]


def holds(value: str, condition: Row) -> bool:
    if condition.get("operator") == ">":
        return int(value) > int(condition["value"])
    return bool(value == condition["value"])


def page(rows: list[Row], query: dict[str, str], *, ignored: set[str]) -> Row:
    """One page as RT 5.0.3 gives it: at most 100 rows by id, no total, and alternatives on one field."""
    asked = query.get("query", "")
    conditions: dict[str, list[Row]] = {}
    for one in json.loads(asked) if asked.startswith("[") else []:
        if one["field"] not in ignored:
            conditions.setdefault(one["field"], []).append(one)
    if found := re.search(r"\bid > (\d+)", asked):
        conditions["id"] = [{"value": found[1], "operator": ">"}]
    wanted = [row for row in rows if all(any(map(partial(holds, row[key]), some)) for key, some in conditions.items())]
    wanted.sort(key=lambda row: row["id"].zfill(12), reverse=query.get("order") == "DESC")
    size = min(int(query.get("per_page", 20)), 100)
    shown = {"id", "type", "_url", *query.get("fields", "").split(",")}
    items = [{key: value for key, value in row.items() if key in shown} for row in wanted[:size]]
    return {"count": len(items), "total": None, "pages": None, "page": 1, "per_page": size, "items": items}
