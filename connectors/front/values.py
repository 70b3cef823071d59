"""Values as Front sends them: ids that begin with their kind, such as `cnv_yo1kg5q`, and times in Unix seconds."""

import re
from typing import Any

from connectors.errors import Rejected

RESOURCE = re.compile(r"([a-z]{2,5})_[A-Za-z0-9]{1,60}", re.ASCII)
UID = re.compile(r"[A-Za-z0-9_-]{8,100}", re.ASCII)


def resource(value: Any, kind: str) -> str | None:
    """An id of this kind, which is safe in a path; None for anything else."""
    found = RESOURCE.fullmatch(value) if isinstance(value, str) else None
    return value if found and found[1] == kind else None


def entry_id(message: dict[str, Any]) -> str | None:
    """The id of a message: the one that Front also answers with when it accepts a reply, where it tells it."""
    uid = message.get("message_uid")
    return uid if isinstance(uid, str) and UID.fullmatch(uid) else resource(message.get("id"), "msg")


def conversation_path(ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    if resource(ticket_id, "cnv") is None:
        raise Rejected("the ticket id does not begin with cnv_, so it is not one of Front's")
    return f"/conversations/{ticket_id}"
