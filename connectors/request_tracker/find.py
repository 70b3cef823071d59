"""Did an earlier write get through? The ticket's history tells: a comment by its subject, a reply by its words."""

from collections.abc import Sequence
from datetime import datetime

from connectors.contract import Mark, Visibility, WriteReceipt, text_hash
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.request_tracker.read import mark_of
from connectors.request_tracker.thread import Row, body_of, contents, parts_of, transactions
from connectors.request_tracker.values import moment, named
from connectors.values import needed


async def find_mark(http: HttpClient, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user.

    A public reply bears no mark that anybody could see, so it is known by its text, its writer and its time. Raises
    `NotFound` where the whole history is hidden from us: nothing can be told then.
    """
    rows = await transactions(http, ticket_id)
    if not rows:
        raise NotFound("the ticket has no history that the integration user may see; run `countersign check`")
    entry = await entry_of(http, rows, mark, me)
    return receipt(entry) if entry else None


async def entry_of(http: HttpClient, rows: Sequence[Row], mark: Mark, me: str) -> Row | None:
    own = [row for row in rows if (named(row.get("Creator")) or "").casefold() == me.casefold()]
    for row in own:
        if mark_of(row) == mark.value:
            return row
    replies = [row for row in own if row.get("Type") == "Correspond" and _created(row) >= mark.since]
    parts = await parts_of(http, replies)
    texts = await contents(http, [part for some in parts.values() for part in some])
    for row, some in zip(replies, parts.values(), strict=True):
        if text_hash(body_of(some, texts)[0]) == mark.text_hash:
            return row
    return None


def receipt(row: Row, version: str | None = None) -> WriteReceipt:
    visibility = Visibility.INTERNAL if row.get("Type") == "Comment" else Visibility.PUBLIC
    return WriteReceipt(str(row["id"]), visibility, version, _created(row))


def _created(row: Row) -> datetime:
    return needed(moment(row.get("Created")), "Created")
