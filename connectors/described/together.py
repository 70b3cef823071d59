"""What in a description makes sense only beside something else: promises that a call does not keep, words that lack."""

from collections.abc import Iterator

from connectors.described.calls import names_of
from connectors.described.description import ChangeCall, Description, WriteCall
from connectors.positions import Document, Location

# What of a change each part is called in `${change....}`.
PARTS = {
    "tags": {"tags_added", "all_tags"},
    "priority": {"priority"},
    "team": {"team"},
    "assignee": {"assignee"},
    "status": {"status"},
}


def check_together(document: Document, found: Description) -> None:
    """Note every problem in the document."""
    _check_words(document, found)
    _check_deliveries(document, found)
    for place, call in _writes(found):
        _check_write(document, place, call, conditional=found.write.conditional)
    for number, look in enumerate(found.check):
        if look.expect is not None and look.addresses is not None:
            document.problem(("check", number), "give either expect or addresses")
        if look.request.method != "GET":
            document.problem(("check", number, "request"), "a check changes nothing: use GET")


def _check_words(document: Document, found: Description) -> None:
    if found.me is None and "integration" not in found.words.role.values():
        message = "nothing tells which entries are our own: describe `me`, or give a word for `integration`"
        document.problem(("words", "role"), message)
    carried = {part for _, call in _writes(found) for part in call.carries}
    wanted = {
        "event": found.deliveries.event is not None,
        "priority": found.ticket.read.priority is not None or "priority" in carried,
        "format": found.messages.read.format is not None,
    }
    for table, needed in wanted.items():
        if needed and not getattr(found.words, table):
            document.problem(("words",), f"{table!r} is missing: which words of the help desk mean what")


def _check_deliveries(document: Document, found: Description) -> None:
    said = found.deliveries
    if said.repeats_within is not None and (said.id is not None or said.authentic.standard_webhooks):
        document.problem(
            ("deliveries", "repeats_within"), "a delivery with an id of its own needs no time to repeat in"
        )
    if said.repeats_within is not None and not said.repeats_within:
        document.problem(("deliveries", "repeats_within"), "0 would make every repeat an event of its own")


def _check_write(document: Document, place: Location, call: WriteCall | ChangeCall, *, conditional: bool) -> None:
    named = set(names_of(call))
    changes = {chain[1] for chain in named if chain[0] == "change" and len(chain) > 1}
    for part, names in PARTS.items():
        if (part in call.carries) != bool(names & changes):
            lacks = (
                f"does not say ${{change.{min(names)}}}" if part in call.carries else "does not name it in `carries`"
            )
            document.problem(place, f"this call {lacks}, so {part} would be lost or written twice")
    if isinstance(call, WriteCall) and ("message", "text") not in {chain[:2] for chain in named}:
        document.problem(place, "this call does not say ${message.text}")
    if conditional and ("ticket", "version") not in {chain[:2] for chain in named}:
        document.problem(place, "`conditional` is promised, but this call does not say ${ticket.version}")
    if conditional and isinstance(call, ChangeCall) and call.answer.version is None:
        document.problem(place, "the version after this change is needed for the message after it: `answer.version`")


def _writes(found: Description) -> Iterator[tuple[Location, WriteCall | ChangeCall]]:
    for name in ("note", "reply", "draft"):
        if (call := getattr(found.write, name)) is not None:
            yield ("write", name), call
    for number, change in enumerate(found.write.changes):
        yield ("write", "changes", number), change
