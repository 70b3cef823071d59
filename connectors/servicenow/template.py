"""ServiceNow shows what stands between `[code]` and `[/code]` as HTML; ours says what it says.

A model's text could otherwise put a link, a form or a script of somebody else's onto the page of an agent.
"""

import re

HAIR_SPACE = "\u200a"  # narrow, and a real character: what strips invisible ones leaves it in place
_VANISHING = "\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08"
_OPENING = re.compile(rf"\[(?=[{_VANISHING}/]*c[{_VANISHING}]*o[{_VANISHING}]*d[{_VANISHING}]*e)", re.IGNORECASE)


def neutralised(text: str) -> str:
    """The same plain text to a reader, with a hair space in what would be taken for `[code]`."""
    return _OPENING.sub("[" + HAIR_SPACE, text)


def as_written(text: str) -> str:
    """The text before `neutralised`."""
    return text.replace("[" + HAIR_SPACE, "[")
