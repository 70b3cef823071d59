"""What happened since: records and entries that were saved after a moment of ServiceNow's own clock.

A long transaction commits a time that lies before one that was seen already. So the cursor stays two minutes behind,
and what is told twice has the same event id.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connectors.contract import TicketEvent
from connectors.errors import Rejected
from connectors.http import HttpClient
from connectors.servicenow.events import RECORD, changed_event, created_event, entry_event
from connectors.servicenow.journal import JOURNAL, VISIBLE_AS
from connectors.servicenow.rows import TABLES, Question, Row, page
from connectors.servicenow.settings import Settings
from connectors.servicenow.values import literal, moment
from connectors.values import needed

BEHIND = timedelta(minutes=2)
MOST = 1000  # rows a call; a backlog is worked off by calling again
EVER = datetime(1999, 1, 1, tzinfo=UTC)


async def poll(http: HttpClient, settings: Settings, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
    """The events after a cursor, and the next cursor. Without one: no events, and a cursor that begins now."""
    if cursor is None:
        return [], literal(await _now(http, settings))
    since = moment(cursor)
    if since is None:
        raise Rejected("the cursor is not one that this connector gave; begin again without one")
    entries, first = await _saved(http, _entries(settings, since), "sys_created_on")
    records, second = await _saved(http, _records(settings, since), "sys_updated_on")
    me = settings.user
    events = [event for row in records if (_at(row, "sys_created_on") >= since) and (event := created_event(row, me))]
    with_entries = {(row.get("element_id"), row.get("sys_created_on")) for row in entries}
    changed = [row for row in records if (row.get("sys_id"), row.get("sys_updated_on")) not in with_entries]
    events += [event for row in changed if row.get("sys_mod_count") != "0" and (event := changed_event(row, me))]
    events += [event for row in entries if (event := entry_event(row, me))]
    return events, literal(_next(since, entries, records, [one for one in (first, second) if one]))


def _entries(settings: Settings, since: datetime) -> Question:
    return Question(
        JOURNAL,
        f"name={settings.table}^elementIN{','.join(VISIBLE_AS)}^sys_created_on>={literal(since)}^ORDERBYsys_created_on",
        "sys_id,element_id,element,name,sys_created_on,sys_created_by",
        lambda row: row.get("name") == settings.table and _at(row, "sys_created_on") >= since,
    )


def _records(settings: Settings, since: datetime) -> Question:
    return Question(
        f"{TABLES}/{settings.table}",
        f"sys_updated_on>={literal(since)}^ORDERBYsys_updated_on",
        RECORD,
        lambda row: _at(row, "sys_updated_on") >= since,
    )


async def _saved(http: HttpClient, asked: Question, by: str) -> tuple[list[Row], datetime | None]:
    """The first rows, and where they end if there are more."""
    found, total = await page(http, asked, MOST)
    more = total is not None and total > MOST
    return found, _at(found[-1], by) if more and found else None


def _next(since: datetime, entries: Sequence[Row], records: Sequence[Row], ends: Sequence[datetime]) -> datetime:
    """Where there is more, go on from the earlier end, and a second further rather than stay."""
    if ends:
        return max(min(ends), since + timedelta(seconds=1))
    seen = [_at(row, "sys_created_on") for row in entries] + [_at(row, "sys_updated_on") for row in records]
    return max(since, max(seen, default=since) - BEHIND)


def _at(row: Row, name: str) -> datetime:
    return needed(moment(row.get(name)), name)


async def _now(http: HttpClient, settings: Settings) -> datetime:
    """The newest moment that any of our records tells."""
    asked = Question(f"{TABLES}/{settings.table}", "ORDERBYDESCsys_updated_on", RECORD, lambda row: True)
    found, _ = await page(http, asked, 1)
    return max((_at(row, "sys_updated_on") for row in found), default=EVER)
