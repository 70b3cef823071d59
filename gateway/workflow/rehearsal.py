"""Rehearsal: what takes seconds the first time is done before a worker says that it is ready."""

import asyncio

from gateway.screening import Vault, clean, injection_in, language_of
from gateway.workflow.line import Line

MAIL = "<p>Hello, where is my parcel? Please call me at +44 20 7946 0958.</p><p>Kind regards</p>"


async def load(line: Line) -> None:
    """The language model (0.6 s of CPU), and litellm (1.7 s) until it is ready for a first call."""
    await asyncio.to_thread(_screen_once)
    await line.drafter.ready()


async def rehearse(line: Line) -> None:
    """The search indexes are built."""
    for desk in line.desks.values():
        if desk.knowledge:
            await line.library.search(desk.knowledge, "Where is my parcel?", language=None, limit=1)


def _screen_once() -> None:
    text = clean(MAIL, "html").text
    language_of(text)
    injection_in(text)
    Vault().mask(text)
