"""Counts the calls to help desks that a piece of work makes, repeats among them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Calls:
    """How many calls were made since it began to count."""

    made: int = 0


_counting: ContextVar[Calls | None] = ContextVar("counting", default=None)


@contextmanager
def counted(calls: Calls) -> Iterator[None]:
    """Whatever is called inside the block, also by tasks that it begins, is counted here."""
    token = _counting.set(calls)
    try:
        yield
    finally:
        _counting.reset(token)


def one_more() -> None:
    """A call is about to leave. Outside of any counted work it is nobody's."""
    if (calls := _counting.get()) is not None:
        calls.made += 1
