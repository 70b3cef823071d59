"""What changes on a conversation beside its thread: tags, which also say the priority, assignee and status."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Change, Priority
from connectors.errors import Rejected
from connectors.help_scout.directory import Directory
from connectors.help_scout.read import tags_of
from connectors.help_scout.settings import Settings
from connectors.session import Session
from connectors.values import lacks, mapping, storable


@dataclass(frozen=True, slots=True)
class Routing:
    """A change whose names are looked up. `assign_to` is a user or a team: Help Scout has one place for both."""

    tags: tuple[str, ...] = ()
    priority: Priority | None = None
    assign_to: int | None = None


async def routing(directory: Directory, change: Change) -> Routing:
    """Raises `Rejected` before anything is written."""
    if change.team and change.assignee:
        raise Rejected("Help Scout assigns a conversation to a team or to a person, not to both")
    assign_to = None
    if change.team:
        assign_to = await directory.teams.id_of(change.team)
    elif change.assignee:
        assign_to = await directory.users.id_of(change.assignee)
    tags = tuple(dict.fromkeys(_tag(tag) for tag in change.tags_added))
    return Routing(tags, change.priority, int(assign_to) if assign_to else None)


def _tag(tag: str) -> str:
    """A tag without commas, which could make two of one, and in lower case, as Help Scout shows tags."""
    found = " ".join(storable(tag).replace(",", " ").split()).lower()
    if not found:
        raise Rejected("a tag has no character that Help Scout keeps in a tag")
    return found


async def routed(session: Session, settings: Settings, path: str, found: Routing, status: str | None) -> datetime:
    """Make the changes, each of which may be made twice; returns when."""
    if found.tags or found.priority:
        await _tags(session, settings, path, found)
    if found.assign_to is not None:
        await _patch(session, path, "/assignTo", found.assign_to)
    if status:
        await _patch(session, path, "/status", status)
    return datetime.now(UTC)


async def _tags(session: Session, settings: Settings, path: str, found: Routing) -> None:
    """Help Scout replaces the set, so it is read right before, and not taken from the ticket as we knew it.

    The read counts as part of the write: one try, and its failure says that the write may have begun.
    """
    answer = mapping(await session.send("GET", path))
    if not isinstance(answer.get("tags"), list):
        raise lacks("the tags", may_be_stored=True)
    before = tags_of(answer)
    known = {tag.casefold() for tag in before}
    together = [*before, *(tag for tag in found.tags if tag not in known)]
    after = settings.priority_tags.written(together, found.priority)
    if after != before:
        await session.send("PUT", f"{path}/tags", json={"tags": after})


async def _patch(session: Session, path: str, what: str, value: Any) -> None:
    await session.send("PATCH", path, json={"op": "replace", "path": what, "value": value})
