"""Priorities for help desks that have none: a tag stands for each but the normal one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.errors import Misconfigured
from connectors.vocabulary import Priority

USUAL = {Priority.LOW: "priority-low", Priority.HIGH: "priority-high", Priority.URGENT: "priority-urgent"}
BOLDEST_FIRST = (Priority.URGENT, Priority.HIGH, Priority.LOW)


class PriorityTags:
    """`names` are the tags that stand for a priority. Of several on one ticket the most urgent counts."""

    def __init__(self, option: Any = None) -> None:
        """`option`: what `options.priority_tags` says. Raises `Misconfigured`."""
        found, known = option or {}, [str(one) for one in USUAL]
        if not isinstance(found, Mapping) or not all(
            key in known and isinstance(name, str) and name.strip() for key, name in found.items()
        ):
            raise Misconfigured(f"options.priority_tags must give names of tags to some of {', '.join(known)}")
        self.names = {**USUAL, **{Priority(key): name.strip() for key, name in found.items()}}

    def read(self, tags: Iterable[str]) -> Priority:
        """The priority of a ticket with these tags."""
        there = {tag.casefold() for tag in tags}
        return next((one for one in BOLDEST_FIRST if self.names[one].casefold() in there), Priority.NORMAL)

    def written(self, tags: Sequence[str], priority: Priority | None) -> list[str]:
        """The tags that say this priority: its own added, those of others taken away, all else as it was."""
        if priority is None or priority is self.read(tags):
            return list(tags)
        others = {name.casefold() for name in self.names.values()}
        kept = [tag for tag in tags if tag.casefold() not in others]
        return kept if priority is Priority.NORMAL else [*kept, self.names[priority]]
