"""Zendesk replaces `{{placeholders}}` in every text that it is given; ours say what they say.

A model's text could otherwise print another field of the ticket, or of its requester, to whoever reads the message.
Source: developer.zendesk.com, "Ticket Comments", section "Bodies".
"""

import re

HAIR_SPACE = "\u200a"  # narrow, and a real character: what strips invisible ones leaves it in place

# An opening brace in each spelling that turns into one, also when entities are decoded twice ...
_BRACE = r"(?:\{|&(?:amp;?)*(?:#0*123(?:;|(?![0-9]))|#x0*7b(?:;|(?![0-9a-f]))|lbrace;|lcub;))"
# ... and what may follow it: a character that stays, and is neither the second brace nor the percent sign. Tags,
# comments, entities and invisible characters may vanish on the way, and bring together what stood apart.
_HARMLESS = r"[\w\u200a \t\r\n!\"#$'()*+,\-./:;=>?@\[\]^`|}~]|&(?:quot|apos|gt|nbsp|\#39|\#x27|\#34);"
_OPENING = re.compile(rf"{_BRACE}(?!{_HARMLESS})", re.IGNORECASE)


def neutralised(html: str) -> str:
    """The same text to a reader, with a hair space in what Zendesk would take for `{{` or `{%`."""
    return _OPENING.sub(rf"\g<0>{HAIR_SPACE}", html)
