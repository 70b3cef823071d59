"""By which channel a reply goes out: a draft has to name one, and a conversation does not tell."""

from collections.abc import Sequence
from typing import Any

from connectors.front.directory import Directory
from connectors.front.values import resource
from connectors.values import objects, text

Row = dict[str, Any]


async def channel_for(directory: Directory, inboxes: Sequence[str], sent: Sequence[Row]) -> str | None:
    """The channel of these inboxes to which the requester last wrote, else the only one; None where that is open."""
    channels = [row for inbox in inboxes for row in await directory.channels(inbox) if _is_usable(row)]
    for message in reversed(sent):
        handles = _written_to(message) if message.get("is_inbound") is True else set()
        if met := {str(row["id"]) for row in channels if _addresses(row) & handles}:
            return met.pop() if len(met) == 1 else None
    only = {str(row["id"]) for row in channels}
    return only.pop() if len(only) == 1 else None


def _is_usable(row: Row) -> bool:
    return resource(row.get("id"), "cha") is not None and row.get("is_valid") is not False


def _addresses(row: Row) -> set[str]:
    return {found.casefold() for key in ("address", "send_as") if (found := text(row.get(key)))}


def _written_to(message: Row) -> set[str]:
    told = [one for one in objects(message.get("recipients")) if one.get("role") in ("to", "cc", "bcc")]
    return {handle.casefold() for one in told if (handle := text(one.get("handle")))}
