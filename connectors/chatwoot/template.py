"""Chatwoot runs outgoing text through Liquid, and notifies whom a note mentions; ours says what it says.

A model's text could otherwise print what it knows of a contact, or call agents. Source: chatwoot 4.14.2, Liquidable and
the mention links (`mention://user/...`) of private notes.
"""

import re

HAIR_SPACE = "\u200a"  # narrow, and a real character: what strips invisible ones leaves it in place
# What a text cleaner may drop stands between braces without keeping them apart.
_INVISIBLE = r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]{0,20}"
_LIQUID = re.compile(rf"\{{(?={_INVISIBLE}[{{%])")
_MENTION = re.compile(rf"mention:(?={_INVISIBLE}/)", re.IGNORECASE)


def neutralised(text: str) -> str:
    """The same text to a reader, with a hair space in what would be a template or a mention."""
    return _MENTION.sub(rf"\g<0>{HAIR_SPACE}", _LIQUID.sub(rf"\g<0>{HAIR_SPACE}", text))


def as_written(text: str) -> str:
    """The text without what `neutralised` put in, to compare it with what we were asked to write."""
    return re.sub(rf"(\{{|mention:){HAIR_SPACE}", r"\1", text, flags=re.IGNORECASE)
