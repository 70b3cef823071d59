"""A last question before a write leaves: may it still? Who was stopped in between may have been given up for dead.

It is asked when the connection stands and before its first byte, so that no wait lies between the answer and the write.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Question = Callable[[], Awaitable[None]]

_question: ContextVar[Question | None] = ContextVar("leaving", default=None)


@contextmanager
def asked(question: Question) -> Iterator[None]:
    """Whatever is written inside the block leaves only where `question` does not raise."""
    token = _question.set(question)
    try:
        yield
    finally:
        _question.reset(token)


async def may_leave() -> None:
    """Raises what the question raises. Outside of any asked work nobody minds."""
    if (question := _question.get()) is not None:
        await question()
