"""Plain text as Front wants it: HTML in messages and drafts, Markdown in comments. Nothing in it becomes markup.

Front's templates know `{{variables}}`, and a comment notifies whom it mentions; ours says what it says.
"""

import html
import re

from connectors.markup import HAIR_SPACE, neutralised
from connectors.values import storable

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
# A mention, the middle of a link or an image, and the beginning of a tag; an address such as ana@example.net is none.
_LOUD = re.compile(r"(?<!\w)@(?=\w)|\](?=[(\[:])|<(?=[A-Za-z/!?])")


def as_page(text: str) -> str:
    """HTML paragraphs for a message."""
    parts = (part.strip() for part in _PARAGRAPH.split(storable(text)))
    lines = (html.escape(part, quote=False).replace("\n", "<br>") for part in parts if part)
    return neutralised("".join(f"<p>{line}</p>" for line in lines))


def as_comment(text: str) -> str:
    """Markdown for a comment, in which each line stays a line."""
    return _LOUD.sub(rf"\g<0>{HAIR_SPACE}", storable(text)).replace("\n", "  \n")
