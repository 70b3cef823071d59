"""Reads what `countersign demo` plays: our own tickets, or a feed of tickets from elsewhere.

One of ours is a YAML file `tickets/NN-id.yaml`; the numbers give the order of the play. A feed is JSON Lines. Both are
refused, with file, field or line and the reason, when anything is missing or contradicts itself; no message of ours
repeats a ticket's text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from gateway.demo.scenario import Scenario
from gateway.errors import GatewayError

TICKETS = Path(__file__).parent / "tickets"
ARTICLES = Path(__file__).parent / "articles"

FILE_NAME = re.compile(r"\d\d-([a-z0-9]+(?:-[a-z0-9]+)*)")
FILE_LIMIT = 100_000  # bytes of one ticket file
LINE_LIMIT = 1_000_000  # bytes of one line of a feed
SUBJECT_LENGTH = 80  # characters of the text that stand in for a missing subject

_SCENARIO = TypeAdapter(Scenario)


class ScriptInvalid(GatewayError):
    """Ticket files, or a feed, cannot be played."""

    status = 422
    title = "The demo script is not valid"


def load_scenarios(folder: Path = TICKETS) -> tuple[Scenario, ...]:
    """Every ticket file of a folder, in the order of the play. Raises `ScriptInvalid` with all that is wrong."""
    scenarios: dict[str, Scenario] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            scenario = _ticket_file(path)
        except ScriptInvalid as error:
            problems.append(error.detail)
            continue
        if scenario.id in scenarios:
            problems.append(f"{path.name}: another file has the id {scenario.id!r} already")
        scenarios[scenario.id] = scenario
    if problems:
        raise ScriptInvalid("\n".join(problems))
    if not scenarios:
        raise ScriptInvalid(f"no ticket in {folder}", remedy="Put files named NN-id.yaml there")
    return tuple(scenarios.values())


def load_feed(path: Path, limit: int | None = None, *, account: str = "demo") -> tuple[Scenario, ...]:
    """At most `limit` tickets of a JSON Lines file: `id`, and `text` or `subject` and `body`; other keys are ignored.

    Nothing is expected of them, and each has a requester of its own. Lines after the limit are not read. Raises
    `ScriptInvalid` with the number of the first line that cannot be played.
    """
    line_of: dict[str, int] = {}
    tickets: list[Scenario] = []
    for number, line in islice(_lines(path), limit):
        where = f"{path.name}:{number}"
        ticket = _feed_ticket(_record(line, where), where, number, account)
        if ticket.id in line_of:
            raise ScriptInvalid(f"{where}: the same id as line {line_of[ticket.id]}")
        line_of[ticket.id] = number
        tickets.append(ticket)
    if not tickets:
        raise ScriptInvalid(f"no ticket in {path.name}", remedy="Give a file with one JSON object a line")
    return tuple(tickets)


def _ticket_file(path: Path) -> Scenario:
    if not (name := FILE_NAME.fullmatch(path.stem)):
        raise ScriptInvalid(f"{path.name}: a ticket file is named NN-id.yaml, in lower case")
    if path.stat().st_size > FILE_LIMIT:
        raise ScriptInvalid(f"{path.name}: larger than {FILE_LIMIT:,} bytes")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ScriptInvalid(f"{path.name}: not UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ScriptInvalid(f"{path.name}{at}: {getattr(error, 'problem', None) or 'not YAML'}") from None
    if not isinstance(content, dict) or "expect" not in content:
        raise ScriptInvalid(f"{path.name}: a ticket is a mapping with account, requester, subject, body and expect")
    return _scenario({"id": name.group(1)} | content, path.name)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Number and content of every line that is not blank."""
    try:
        with path.open("rb") as file:
            lines = enumerate(iter(lambda: file.readline(LINE_LIMIT + 1), b""), start=1)
            yield from ((number, line) for number, line in lines if line.strip())
    except OSError as error:
        raise ScriptInvalid(f"{path} cannot be read: {error.strerror}") from None


def _record(line: bytes, where: str) -> Mapping[str, Any]:
    if len(line) > LINE_LIMIT:
        raise ScriptInvalid(f"{where}: longer than {LINE_LIMIT:,} bytes")
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ScriptInvalid(f"{where}: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ScriptInvalid(f"{where}: not JSON: {error.msg} at character {error.colno}") from None
    except RecursionError:
        raise ScriptInvalid(f"{where}: nested too deep") from None
    if not isinstance(record, dict):
        raise ScriptInvalid(f"{where}: not a JSON object")
    return record


def _feed_ticket(record: Mapping[str, Any], where: str, number: int, account: str) -> Scenario:
    """The requester is told apart by the line's number: a feed names none."""
    text = record.get("text", record.get("body"))
    if "id" not in record or text is None or ("text" not in record and "subject" not in record):
        raise ScriptInvalid(f"{where}: needs id, and text or subject and body")
    subject = record.get("subject")
    if subject is None:
        subject = " ".join(str(text).split())[:SUBJECT_LENGTH]
    requester = {"name": f"Requester {number}", "email": f"requester-{number}@example.com"}
    ticket_id = str(record["id"]) if isinstance(record["id"], int) else record["id"]
    content = {"id": ticket_id, "account": account, "requester": requester, "subject": subject, "body": text}
    return _scenario(content, where)


def _scenario(content: Mapping[str, Any], where: str) -> Scenario:
    try:
        return _SCENARIO.validate_python(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        problems = [f"{where}: {'.'.join(map(str, fault['loc'])) or 'ticket'}: {fault['msg']}" for fault in faults]
        raise ScriptInvalid("\n".join(problems)) from None
