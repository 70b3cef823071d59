"""How deep a document is nested, counted without parsing it: a parser recurses once a level."""

from itertools import accumulate

MOST_MARKS = 300_000  # brackets and quotes that are looked at; a delivery of text has a tenth of it
NOT_MARKS = bytes(set(range(256)) - set(b'[]{}"'))
STEP = [0] * 256
for opening, closing in (b"[]", b"{}"):
    STEP[opening], STEP[closing] = 1, -1


def deeper_than(body: bytes, most: int) -> bool:
    """Of JSON; what begins otherwise is none, and no parser of ours goes into it."""
    if body.count(b"[") + body.count(b"{") <= most or body.lstrip()[:1] not in (b"[", b"{"):
        return False
    marks = body.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, NOT_MARKS)
    if len(marks) > MOST_MARKS:
        return True
    brackets = b"".join(marks.split(b'"')[::2])  # every second piece is within a text
    return max(accumulate(map(STEP.__getitem__, brackets)), default=0) > most
