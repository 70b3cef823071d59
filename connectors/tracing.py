"""The trace that a piece of work belongs to, as W3C's `traceparent` tells it: from a webhook to what is written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "traceparent"
FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


@contextmanager
def traced(traceparent: str | None) -> Iterator[None]:
    """Whatever is called inside the block, also by tasks that it begins, says that it belongs to this trace."""
    token = _current.set(traceparent)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str | None:
    """The trace of what is being done now."""
    return _current.get()


def valid(traceparent: str | None) -> str | None:
    """The header as it came, if it is one: a stranger may send anything by that name."""
    return traceparent if traceparent and FORM.fullmatch(traceparent) else None


def headers() -> dict[str, str]:
    """What a call carries on."""
    traceparent = _current.get()
    return {HEADER: traceparent} if traceparent else {}
