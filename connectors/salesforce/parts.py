"""A comment of a case holds 4000 bytes, so a longer note becomes several comments, and is read as one message again."""

import re
from collections.abc import Sequence
from typing import Any

from connectors.errors import Rejected
from connectors.salesforce.values import USER, record_id
from connectors.values import text

LONGEST = 4000  # bytes
MOST = 18  # a call takes 25 steps, and some are not for comments
HEAD = re.compile(r"(\S{1,64}) \(([0-9]{1,2})/([0-9]{1,2})\)\r?\n")
WORDS = re.compile(r"(.*\S)\s", re.DOTALL)

Row = dict[str, Any]


def split(body: str, mark: str) -> list[str]:
    """The comments for a note: itself where it fits. Otherwise each is headed by the mark and by which part it is."""
    if len(body.encode()) <= LONGEST:
        return [body]
    room = LONGEST - len(f"{mark} (10/10)\n".encode())
    pieces = []
    while body:
        piece = body.encode()[:room].decode(errors="ignore")
        # Cut after a word: white space at the end of a comment may be trimmed, and is kept at the head of the next.
        if len(piece) < len(body) and (words := WORDS.match(piece)):
            piece = words[1]
        pieces.append(piece)
        body = body[len(piece) :]
    if len(pieces) > MOST:
        raise Rejected(f"the note needs {len(pieces)} comments of {LONGEST} bytes; at most {MOST} are written")
    return [f"{mark} ({number}/{len(pieces)})\n{piece}" for number, piece in enumerate(pieces, 1)]


def joined(rows: Sequence[Row], me: str) -> list[tuple[Row, str]]:
    """Each comment with its text. Parts of one of our own notes are one, in the place of the first."""
    notes: dict[tuple[str, str], dict[int, tuple[Row, str]]] = {}
    found: list[tuple[Row, str]] = []
    for row in rows:
        body = text(row.get("CommentBody")) or ""
        head = HEAD.match(body) if record_id(row.get("CreatedById"), USER) == me else None
        if head:
            notes.setdefault((head[1], head[3]), {})[int(head[2])] = (row, body[head.end() :])
        else:
            found.append((row, body))
    for parts in notes.values():
        first = min(parts)
        found.append((parts[first][0], "".join(parts[number][1] for number in sorted(parts))))
    return found
