"""Writes what a description has calls for: what may be done twice first, and the message, with its mark, last.

So a mark that is found again proves that all of the write went through. A message call that `carries` a part of the
change does both at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Action, Change, DraftReply, InternalNote, Message, PublicReply, Ticket, WriteReceipt
from connectors.described import calls, words
from connectors.described.description import Answer, ChangeCall, Description, WriteCall
from connectors.described.find import Finder
from connectors.described.read import Reader
from connectors.described.template import Openings
from connectors.described.templates import Context
from connectors.described.write_context import parts_of, write_context
from connectors.errors import ConnectorError, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import lacks, storable
from connectors.vocabulary import Visibility

VISIBLE_AS = {DraftReply: Visibility.DRAFT, InternalNote: Visibility.INTERNAL, PublicReply: Visibility.PUBLIC}
NAMES = {DraftReply: "draft", InternalNote: "note", PublicReply: "reply"}


class Writer:
    """Writes to one account. `drafts`: the account lets drafts wait in the composer."""

    def __init__(
        self,
        description: Description,
        http: HttpClient,
        context: Context,
        reader: Reader,
        finder: Finder,
        *,
        drafts: bool,
    ) -> None:
        self._said = description
        self._http = http
        self._context = context
        self._reader = reader
        self._finder = finder
        self._drafts = drafts
        self._openings = Openings(description.templates, description.body_format)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None, me: str | None) -> WriteReceipt:
        """Write once. Raises `Rejected` before any call for what the description has no call for."""
        message = self._message_call(action) if action else None
        wanted = parts_of(change)
        steps = self._change_calls([part for part in wanted if message is None or part not in message.carries])
        if message is None and not steps:
            raise Rejected("there is nothing to write: neither a message nor a change")
        context = write_context(self._context, self._said, self._openings, ticket, action, change)
        calls_ahead: list[WriteCall | ChangeCall] = [*steps, *([message] if message else [])]
        if any(("change", "all_tags") in {chain[:2] for chain in calls.names_of(call)} for call in calls_ahead):
            context = await self._with_all_tags(context, ticket.id, change)
        receipt = WriteReceipt(None, None, None, datetime.now(UTC))
        for step in steps:
            receipt = self._changed(ticket, step, await calls.write(self._http, step, context))
            if receipt.version:
                context = {**context, "ticket": {**context["ticket"], "version": receipt.version}}
        if message is None or action is None:
            return receipt
        return await self._written(ticket, action, message, await calls.write(self._http, message, context), me)

    def _message_call(self, action: Action) -> WriteCall:
        name = NAMES[type(action)]
        call: WriteCall | None = getattr(self._said.write, name)
        if call is None or (name == "draft" and not self._drafts):
            raise Rejected(f"this account has no call for a {name}; see write.{name} in its description")
        if len(action.body) > self._said.write.longest:
            raise Rejected(
                f"the message has {len(action.body)} characters; write.longest says {self._said.write.longest}"
            )
        return call

    def _change_calls(self, wanted: Sequence[str]) -> list[ChangeCall]:
        found = [call for call in self._said.write.changes if set(call.carries) & set(wanted)]
        carried = {part for call in found for part in call.carries}
        if missing := [part for part in wanted if part not in carried]:
            raise Rejected(f"the description has no call that changes {', '.join(missing)}; see write.changes")
        return found

    async def _with_all_tags(self, context: dict[str, Any], ticket_id: str, change: Change | None) -> dict[str, Any]:
        """For a help desk that replaces tags, so they are read right before. The read counts as part of the write:
        one try, and its failure says that the write may have begun."""
        answer = await calls.write(self._http, self._said.ticket, {**self._context, "ticket": {"id": ticket_id}})
        found = calls.find(self._said.ticket.read.tags, answer)
        if not isinstance(found, list):
            raise lacks("ticket.tags, to which others are added", may_be_stored=True)
        added = change.tags_added if change else ()
        together = list(dict.fromkeys([*self._reader.tags(answer), *map(storable, added)]))
        return {**context, "change": {**context["change"], "all_tags": together if added else None}}

    def _changed(self, ticket: Ticket, call: ChangeCall, answer: Any) -> WriteReceipt:
        version = _told(call.answer, "version", answer)
        named = words.identifier(_told(call.answer, "ticket_id", answer))
        if (call.answer.version and version is None) or (call.answer.ticket_id and named != ticket.id):
            raise lacks("what proves that the change was made", may_be_stored=True)
        return WriteReceipt(None, None, words.word(version), self._moment(call.answer, answer))

    async def _written(
        self, ticket: Ticket, action: Action, call: WriteCall, answer: Any, me: str | None
    ) -> WriteReceipt:
        """What the answer tells of the entry; what it does not tell is read back."""
        said = call.answer
        entry_id = words.identifier(_told(said, "entry_id", answer))
        version = words.word(_told(said, "version", answer))
        if said.entry_id and entry_id is None:
            raise lacks("the id of what was written", may_be_stored=True)
        if said.entry_id and said.visibility:
            seen = words.ours(self._said.words.visibility, _told(said, "visibility", answer))
            if seen is None:
                raise lacks("who can see what was written", may_be_stored=True)
            receipt = WriteReceipt(entry_id, seen, version, self._moment(said, answer))
        else:
            receipt = replace(await self._read_back(ticket, action, entry_id, me), version=version)
        refuse_other_visibility(receipt, action, ticket.id)
        return receipt

    async def _read_back(self, ticket: Ticket, action: Action, entry_id: str | None, me: str | None) -> WriteReceipt:
        def wanted(message: Message) -> bool:
            return message.id == entry_id if entry_id else self._finder.is_ours(message, action.mark)

        try:
            thread = await self._reader.thread(ticket.id, me)
        except ConnectorError as error:
            raise Unavailable(f"what was written cannot be read back ({error})", may_be_stored=True) from None
        found = next((message for message in reversed(thread) if wanted(message)), None)
        if found is None:
            raise Unavailable("what was written is not in the thread yet", may_be_stored=True)
        return WriteReceipt(found.id, found.visibility, None, found.created_at)

    def _moment(self, said: Answer, answer: Any) -> datetime:
        return words.moment(_told(said, "written_at", answer), self._said.timezone) or datetime.now(UTC)


def refuse_other_visibility(receipt: WriteReceipt, action: Action, ticket_id: str) -> None:
    """A note that customers can see is the worst that can happen."""
    wanted = VISIBLE_AS[type(action)]
    if receipt.visibility is wanted:
        return
    entry = f"message {receipt.entry_id} on ticket {ticket_id} was written as {wanted}"
    if receipt.visibility is Visibility.PUBLIC:
        raise Rejected(
            f"ALARM: {entry} and is stored as PUBLIC: the requester can read it. Delete the message in the help desk "
            "now, and correct the call in the description"
        )
    raise Rejected(f"{entry} and is stored as {receipt.visibility}: correct the call in the description")


def _told(said: Answer, part: str, answer: Any) -> Any:
    return calls.find(getattr(said, part), answer)
