"""HTML for help desks that replace `{{placeholders}}` in what they are given: ours says what it says.

A model's text could otherwise print another field of the ticket, or of its requester, to whoever reads the message.
Source for Zendesk, where it is documented: developer.zendesk.com, "Ticket Comments", section "Bodies".
"""

import html
import re
from collections.abc import Iterator
from itertools import zip_longest

from connectors.vocabulary import text_hash

HAIR_SPACE = "\u200a"  # narrow, and a real character: what strips invisible ones leaves it in place
MOST_WRAPPERS = 5

# An opening brace in each spelling that turns into one, also when entities are decoded twice ...
_BRACE = r"(?:\{|&(?:amp;?)*(?:#0*123(?:;|(?![0-9]))|#x0*7b(?:;|(?![0-9a-f]))|lbrace;|lcub;))"
# ... and what may follow it: a character that stays, and is neither the second brace nor the percent sign. Tags,
# comments, entities and invisible characters may vanish on the way, and bring together what stood apart.
_HARMLESS = r"[\w\u200a \t\r\n!\"#$'()*+,\-./:;=>?@\[\]^`|}~]|&(?:quot|apos|gt|nbsp|\#39|\#x27|\#34);"
_OPENING = re.compile(rf"{_BRACE}(?!{_HARMLESS})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_WRAPPER = re.compile(r"\s*<div\b[^<>]{0,2000}>(.*)</div>\s*", re.IGNORECASE | re.DOTALL)


def neutralised(markup: str) -> str:
    """The same text to a reader, with a hair space in what would be taken for `{{` or `{%`."""
    return _OPENING.sub(rf"\g<0>{HAIR_SPACE}", markup)


def reads_as(markup: str, hashed: str) -> bool:
    """Whether a stored page is the text with this `text_hash`, for what was written as HTML or as plain words.

    A help desk may put a `div` around what it keeps and spell quotes and breaks in its own way; the hair spaces of
    `neutralised` are in it and not in the hash.
    """
    return any(hashed == text_hash(one) for one in _readings(re.sub(rf"({_BRACE}){HAIR_SPACE}", r"\1", markup)))


def words_of(markup: str) -> str:
    """The words of a page, without what dresses them."""
    return html.unescape(_TAG.sub(" ", markup))


def _readings(markup: str) -> Iterator[str]:
    yield words_of(markup)
    for _ in range(MOST_WRAPPERS):
        yield markup
        yield _respelt(markup)
        if not (inner := _WRAPPER.fullmatch(markup)):
            return
        markup = inner[1]


def _respelt(markup: str) -> str:
    """The page with its text escaped as `html.escape` does it, which is how replies are written, and plain breaks."""
    pieces = _TAG.split(markup)
    tags = [re.sub(r"<br\s*/?>", "<br>", tag, flags=re.IGNORECASE) for tag in _TAG.findall(markup)]
    words = [html.escape(html.unescape(piece)) for piece in pieces]
    return "".join(part for pair in zip_longest(words, tags, fillvalue="") for part in pair)
