"""An entry of the record: who did what on what, when and from where; and the bytes of it that are sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.audit.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did, before it has a number. `detail` is plain JSON without personal data and without fractions.

    `content_hash` is the SHA-256 of the text that the act was about, `personal_hash` that of the encrypted part which
    lies beside the record."""

    who: str
    act: str
    on_what: str
    from_where: str
    detail: Mapping[str, Any] | None = None
    content_hash: str | None = None
    personal_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An act as it was kept."""

    id: int
    at: datetime
    act: Act

    def as_json(self) -> dict[str, Any]:
        told = self.act
        return {
            "id": self.id,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "who": told.who,
            "act": told.act,
            "on_what": told.on_what,
            "from_where": told.from_where,
            "detail": told.detail,
            "content_hash": told.content_hash,
            "personal_hash": told.personal_hash,
        }

    @property
    def leaf(self) -> bytes:
        """The hash of the entry in the tree."""
        return leaf_of(self.as_json())


def leaf_of(entry: Mapping[str, Any]) -> bytes:
    """Of an entry as it is exported: its JSON with sorted keys, without spaces, in UTF-8."""
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return leaf_hash(text.encode("utf-8", "surrogatepass"))
