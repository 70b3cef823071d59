"""Plain text for an internal comment, which Jira reads as wiki markup: ours is shown, and neither runs nor calls.

A model's text could otherwise mention people, include macros, or hide where a link leads.
Source: Atlassian's documentation, "Text Formatting Notation".
"""

import re

from connectors.markup import HAIR_SPACE
from connectors.values import storable

# An address stays as it is, or it would lead elsewhere; what could end it or begin a macro is not part of it.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:/?&=%#~@_+,;-]+")
_ALWAYS = r"[{}\[\]|]"
_OPENING = r"(?<!\w)[*_+^~-](?=\S)|!(?=\S)|\?(?=\?)"
_SPECIAL = re.compile(rf"{_ALWAYS}|{_OPENING}")
# At the beginning of a line these make a title, a quote or a list.
_LINE_START = re.compile(r"(?m)^[ \t]*(?=h[1-6]\.|bq\.|[*#-]+[ \t])")


def as_wiki(text: str) -> str:
    """The text in wiki markup that shows it as it is."""
    words = storable(text)
    parts: list[str] = []
    last = 0
    for found in _ADDRESS.finditer(words):
        parts += [_escaped(words[last : found.start()]), found[0]]
        last = found.end()
    parts.append(_escaped(words[last:]))
    return _LINE_START.sub(rf"\g<0>{HAIR_SPACE}", "".join(parts))


def _escaped(words: str) -> str:
    """A backslash of the text's own must not escape what follows it."""
    return _SPECIAL.sub(r"\\\g<0>", words.replace("\\", f"\\{HAIR_SPACE}"))
