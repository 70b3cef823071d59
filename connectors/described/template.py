"""A help desk that renders templates in what it is given: ours says what it says.

A model's text could otherwise print another field of the ticket to whoever reads the message. The description lists the
openings; each gets a hair space after its first character.
"""

import re
from collections.abc import Sequence

from connectors import markup
from connectors.vocabulary import BodyFormat, text_hash

# What a text cleaner may drop stands between the characters of an opening without keeping them apart.
_INVISIBLE = r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]{0,20}"
_BRACES = {"{{", "{%"}


class Openings:
    """The openings of one help desk's template syntax; without any, texts stay as they are."""

    def __init__(self, openings: Sequence[str], body_format: BodyFormat) -> None:
        rest = {one: _INVISIBLE.join(map(re.escape, one[1:])) for one in openings}
        each = [f"{re.escape(one[0])}(?={_INVISIBLE}{rest[one]})" for one in openings]
        self._opening = re.compile("|".join(each)) if each else None
        first = "".join(sorted({re.escape(one[0]) for one in openings}))
        self._written = re.compile(f"([{first}]){markup.HAIR_SPACE}") if each else None
        self._html = body_format is BodyFormat.HTML
        self._entities = self._html and bool(_BRACES & set(openings))

    def neutralised(self, text: str) -> str:
        """The same text to a reader; in HTML also where braces are written as entities."""
        if self._opening is not None:
            text = self._opening.sub(rf"\g<0>{markup.HAIR_SPACE}", text)
        return markup.neutralised(text) if self._entities else text

    def reads_as(self, stored: str, hashed: str) -> bool:
        """Whether a stored text is the one with this `text_hash`, but for what `neutralised` put in."""
        as_written = self._written.sub(r"\1", stored) if self._written is not None else stored
        if self._html and markup.reads_as(as_written, hashed):
            return True
        return text_hash(as_written) == hashed
