"""Values as Jira sends them: numeric ids of issues and comments, and account ids of people."""

import re
from typing import Any

from connectors.errors import Rejected
from connectors.values import identifier

MARK_KEY = "countersign"  # a property of a comment, which no page of Jira's shows
ACCOUNT = re.compile(r"[A-Za-z0-9:_-]{1,128}", re.ASCII)


def account_id(value: Any) -> str | None:
    """A person's id in all of Atlassian's products; None for what is none."""
    return value if isinstance(value, str) and ACCOUNT.fullmatch(value) else None


def issue_path(ticket_id: str) -> str:
    """Where an issue is read and written. Raises `Rejected` for an id of another help desk."""
    return f"/rest/api/3/issue/{_number(ticket_id)}"


def request_path(ticket_id: str) -> str:
    """Where the same issue is a customer's request, which alone knows internal comments."""
    return f"/rest/servicedeskapi/request/{_number(ticket_id)}"


def _number(ticket_id: str) -> str:
    number = identifier(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of Jira's")
    return number
