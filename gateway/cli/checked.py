"""What `countersign check` found, a line each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    ok: bool
    subject: str
    detail: str
    remedy: str | None = None
