"""Did an earlier write get through? The journal tells: a work note by the mark in its text, a comment by its words."""

from collections.abc import Sequence

from connectors.contract import Mark, WriteReceipt, text_hash
from connectors.http import HttpClient
from connectors.servicenow.journal import VISIBLE_AS, is_by, journal
from connectors.servicenow.read import record_of
from connectors.servicenow.rows import Row
from connectors.servicenow.settings import Settings
from connectors.servicenow.template import as_written
from connectors.servicenow.values import moment, record_id, sys_id
from connectors.values import needed, text


async def find_mark(http: HttpClient, settings: Settings, ticket_id: str, mark: Mark) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user. Raises where the record or its journal is hidden."""
    record = record_id(ticket_id)
    await record_of(http, settings, record)
    found = entry_of(await journal(http, settings, record), settings.user, mark)
    return receipt(found, None) if found else None


def entry_of(entries: Sequence[Row], me: str, mark: Mark) -> Row | None:
    return next((row for row in entries if is_by(row, me) and _carries(row, mark)), None)


def _carries(row: Row, mark: Mark) -> bool:
    words = text(row.get("value")) or ""
    if row.get("element") == "work_notes":
        return mark.value in words
    at = needed(moment(row.get("sys_created_on")), "sys_created_on")
    return at >= mark.since and text_hash(as_written(words)) == mark.text_hash


def receipt(row: Row, version: str | None) -> WriteReceipt:
    return WriteReceipt(
        entry_id=needed(sys_id(row.get("sys_id")), "sys_id"),
        visibility=VISIBLE_AS[row["element"]],
        version=version,
        written_at=needed(moment(row.get("sys_created_on")), "sys_created_on"),
    )
