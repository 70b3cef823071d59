"""Did an earlier write get through? Asked of the help desk where the description has a call for it, else the thread."""

from connectors.contract import Mark, Message, Role, Visibility, WriteReceipt
from connectors.described.calls import pages
from connectors.described.description import Description
from connectors.described.read import Reader
from connectors.described.template import Openings
from connectors.described.templates import Context
from connectors.http import HttpClient


class Finder:
    """Looks for marks in one account."""

    def __init__(self, description: Description, http: HttpClient, context: Context, reader: Reader) -> None:
        self._said = description
        self._http = http
        self._context = context
        self._reader = reader
        self._openings = Openings(description.templates, description.body_format)

    async def find_mark(self, ticket_id: str, mark: Mark, me: str | None) -> WriteReceipt | None:
        """The entry with this mark, written by the integration user. What anybody else wrote is never looked at."""
        found = next((one for one in await self._candidates(ticket_id, mark, me) if self.is_ours(one, mark)), None)
        return WriteReceipt(found.id, found.visibility, None, found.created_at) if found else None

    def is_ours(self, message: Message, mark: Mark) -> bool:
        """By what only a caller of the API can set, then by the text of our own notes. A public reply without any mark
        is known by its words and its time."""
        if message.author.role is not Role.INTEGRATION:
            return False
        if message.mark == mark.value:
            return True
        if message.visibility is not Visibility.PUBLIC:
            return mark.value in message.body or (
                message.visibility is Visibility.DRAFT and self._reads_as(message, mark)
            )
        return message.mark is None and self._reads_as(message, mark)

    def _reads_as(self, message: Message, mark: Mark) -> bool:
        return message.created_at >= mark.since and self._openings.reads_as(message.body, mark.text_hash)

    async def _candidates(self, ticket_id: str, mark: Mark, me: str | None) -> list[Message]:
        said = self._said.find
        if said is None:
            return await self._reader.thread(ticket_id, me)
        context = {**self._context, "ticket": {"id": ticket_id}, "mark": {"value": mark.value}}
        following = pages(self._http, said, said.each, said.next, context)
        return [self._reader.message(entry, me) async for page in following for entry in page]
