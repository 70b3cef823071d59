"""Zammad replaces `#{placeholders}` in texts of its own, such as triggers; ours say what they say wherever they go."""

import re

HAIR_SPACE = "\u200a"  # narrow, and a real character: what strips invisible ones leaves it in place
_HASH = r"(?:#|&(?:amp;)*(?:#0*35(?:;|(?![0-9]))|#x0*23(?:;|(?![0-9a-f]))|num;))"
_BRACE = r"(?:\{|&(?:amp;)*(?:#0*123(?:;|(?![0-9]))|#x0*7b(?:;|(?![0-9a-f]))|lbrace;|lcub;))"
_OPENING = re.compile(rf"{_HASH}(?={_BRACE})", re.IGNORECASE)


def neutralised(html: str) -> str:
    """The same text to a reader, with a hair space in what could be taken for `#{`."""
    return _OPENING.sub(rf"\g<0>{HAIR_SPACE}", html)


def as_written(html: str) -> str:
    """The text without what `neutralised` put in, to compare it with what we were asked to write."""
    return re.sub(rf"({_HASH}){HAIR_SPACE}(?={_BRACE})", r"\1", html, flags=re.IGNORECASE)
