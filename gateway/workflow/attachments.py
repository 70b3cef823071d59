"""Attachments: named by type and size, and what is in text files, as far as anybody may and can read it."""

import asyncio
import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from connectors.contract import Attachment, Capability, ReadsFiles
from connectors.errors import ConnectorError
from gateway.screening import Cleaned, file_text
from gateway.workflow.context import Reading
from gateway.workflow.walk import Walk

MOST_READ = 5  # files of one run, the newest first
LONGEST_FILE = 64 * 1024  # bytes of each that are asked for
LONGEST_NAME = 120
PATIENCE = 10.0  # seconds for all files together: a draft does not wait for a slow file store
MOST_NAMED = 50
FORMATS = {
    "text/plain": "text",
    "text/csv": "text",
    "text/markdown": "text",
    "text/x-markdown": "text",
    "text/html": "html",
    "application/json": "text",
}
NAMES = {**dict.fromkeys((".txt", ".log", ".csv", ".md", ".json"), "text"), ".html": "html", ".htm": "html"}
UNTOLD = (None, "", "application/octet-stream", "binary/octet-stream")  # types that say nothing: the name has to
MEDIA_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,60}", re.ASCII)
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of an unanswered message. `content` is None where nobody has read it; `whole`: nothing is missing."""

    name: str = field(repr=False)
    kind: str
    content: Cleaned | None = field(default=None, repr=False)
    whole: bool = True


async def read_files(walk: Walk, reading: Reading) -> tuple[Attached, ...]:
    """The files of the messages to be answered. One that cannot be read is told as such, and holds nothing up."""
    files = list(_files(reading))
    contents: dict[int, bytes] = {}
    connector = walk.desk.connector
    readable = [at for at, file in enumerate(files) if format_of(file)][-MOST_READ:]
    if readable and Capability.FILES in connector.capabilities:
        reader = cast(ReadsFiles, connector)
        try:
            with walk.timed("files"):
                async with asyncio.timeout(PATIENCE):
                    for at in reversed(readable):
                        if (content := await _content(reader, files[at])) is not None:
                            contents[at] = content
        except TimeoutError:
            pass  # what was not read by now is told as not read
    return tuple(_attached(file, contents.get(at)) for at, file in enumerate(files))


def format_of(file: Attachment) -> str | None:
    """`text` or `html` where a file is text by its type, or by its name where its type says nothing."""
    told = (file.media_type or "").partition(";")[0].strip().lower()
    if told not in UNTOLD:
        return FORMATS.get(told)
    return next((how for ending, how in NAMES.items() if file.name.lower().endswith(ending)), None)


def text_of(content: bytes) -> str | None:
    """The characters of a file; None where it is no text. The last one may be cut in the middle."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return codecs.getincrementaldecoder(encoding)(errors="replace").decode(content[len(mark) :])
    if b"\0" in content:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _files(reading: Reading) -> Sequence[Attachment]:
    return [file for message in reading.unanswered for file in message.attachments][-MOST_NAMED:]


async def _content(reader: ReadsFiles, file: Attachment) -> bytes | None:
    try:
        return await reader.read_file(file, LONGEST_FILE)
    except ConnectorError:
        return None


def _attached(file: Attachment, content: bytes | None) -> Attached:
    text = text_of(content) if content is not None else None
    if text is None:
        return Attached(file.name, " ".join(_kind(file)))
    cleaned = file_text(text, format_of(file) or "text")
    return Attached(file.name, " ".join(_kind(file)), cleaned, whole=len(content or b"") < LONGEST_FILE)


def _kind(file: Attachment) -> Iterator[str]:
    """Type and size, in words that nobody can write a sentence into."""
    told = file.media_type or ""
    yield told if MEDIA_TYPE.fullmatch(told) else "unknown type"
    if file.size is not None:
        yield f"{file.size} bytes" if file.size < 1024 else f"{file.size / 1024:,.0f} kB"
