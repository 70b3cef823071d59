"""Makes the calls of a description: rendered, sent, and followed page by page to the end."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from connectors.described.description import Description, Next
from connectors.described.expression import Chain, Expression, TooMuch
from connectors.described.fields import Call
from connectors.described.templates import Context, Text, Tree
from connectors.described.words import word
from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import lacks

MOST_PAGES = 500


class Callable(Protocol):
    """What every call of a description has."""

    @property
    def request(self) -> Call | None: ...
    @property
    def query(self) -> dict[str, Text]: ...
    @property
    def headers(self) -> dict[str, Text]: ...
    @property
    def body(self) -> Tree | None: ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """A request as it would be sent, without what signs us in."""

    method: str
    path: str
    query: dict[str, Any]
    headers: dict[str, str]
    body: Any = field(default=None, repr=False)

    def options(self) -> dict[str, Any]:
        found = {"params": self.query, "headers": self.headers}
        return {key: value for key, value in found.items() if value} | (
            {} if self.body is None else {"json": self.body}
        )


def rendered(call: Callable, context: Context) -> Rendered:
    """Raises `Rejected` for a value that cannot stand where the description puts it."""
    try:
        return _rendered(call, context)
    except TooMuch:
        raise Rejected("a placeholder of the description looks at more than a ticket has") from None


def _rendered(call: Callable, context: Context) -> Rendered:
    assert call.request is not None
    query = {key: value for key, text in call.query.items() if (value := text.value(context)) is not None}
    headers = {key: line for key, text in call.headers.items() if (line := text.line(context)) is not None}
    body = None if call.body is None else call.body.value(context)
    query = {
        key: [word(one) for one in value] if isinstance(value, list) else word(value) for key, value in query.items()
    }
    return Rendered(call.request.method, call.request.path.path(context), query, headers, body)


def names_of(call: Callable) -> Iterator[Chain]:
    """Every name that a call's placeholders look up."""
    if call.request is not None:
        yield from call.request.path.names()
    for text in (*call.query.values(), *call.headers.values()):
        yield from text.names()
    if call.body is not None:
        yield from call.body.names()


def options_of(said: Description) -> set[str]:
    """Which of the account's `options.values` a description names."""
    writes = [call for call in (said.write.note, said.write.reply, said.write.draft) if call]
    others: list[Callable] = [call for call in (said.me, said.ticket, said.messages, said.find) if call]
    names = [chain for call in [*others, *writes, *said.write.changes, *said.check] for chain in names_of(call)]
    signing = [*said.sign_in.headers.values()]
    signing += [said.sign_in.basic.user, said.sign_in.basic.password] if said.sign_in.basic else []
    names += [chain for text in signing for chain in text.names()]
    return {chain[1] for chain in names if chain[0] == "option" and len(chain) > 1}


async def read(http: HttpClient, call: Callable, context: Context) -> Any:
    """The answer to a call that changes nothing."""
    request = rendered(call, context)
    if request.method == "GET":
        return await http.get(request.path, **request.options())
    return await http.send(request.method, request.path, **request.options())


async def write(http: HttpClient, call: Callable, context: Context) -> Any:
    """The answer to a call that may change something: one try."""
    request = rendered(call, context)
    return await http.send(request.method, request.path, **request.options())


def find(expression: Expression | None, document: Any) -> Any:
    """What a path finds in an answer. Raises `Unavailable` where the answer was made to be too much."""
    if expression is None:
        return None
    try:
        return expression.find(document)
    except TooMuch:
        raise Unavailable(f"an answer of the help desk is too large for the path {expression.text!r}") from None


def entries(each: Expression, answer: Any) -> list[Any]:
    """The list that an answer must hold. Raises `Unavailable`."""
    found = find(each, answer)
    if not isinstance(found, list):
        raise lacks(f"the list at {each.text!r}")
    return found


async def pages(
    http: HttpClient, call: Callable, each: Expression, following: Next | None, context: Context
) -> AsyncIterator[list[Any]]:
    """Every page of a list. An answer that leads back is an error, so that a part never passes for the whole."""
    number, offset, cursor, link = following.first if following else 1, 0, None, None
    seen: set[str] = set()
    before: list[Any] = []
    for _ in range(MOST_PAGES):
        page = {"number": number, "offset": offset, "cursor": cursor}
        answer = await _page(http, call, {**context, "page": page}, link)
        found = entries(each, answer)
        if found and found == before:
            raise Unavailable("the help desk answers every page with the same entries")
        yield found
        before = found
        if following is None or not (follows := _follows(following, answer, found)):
            return
        if follows in seen or (not found and follows is True):
            raise Unavailable("the help desk's pages lead in a circle")
        number, offset = number + 1, offset + len(found)
        if follows is not True:
            seen.add(follows)
            cursor, link = (follows, None) if following.cursor else (None, follows)
    raise Unavailable(f"the help desk's list has more than {MOST_PAGES} pages")


async def _page(http: HttpClient, call: Callable, context: Context, link: str | None) -> Any:
    """A link leads on where the help desk wants; the client follows it on the account's own server alone."""
    if link is None:
        return await read(http, call, context)
    return await http.get(link, headers=rendered(call, context).headers)


def _follows(following: Next, answer: Any, found: list[Any]) -> str | bool:
    """The next page's cursor or link, or whether there is one."""
    if following.full_page is not None:
        return len(found) >= following.full_page
    if following.more is not None:
        return find(following.more, answer) is True
    return word(find(following.cursor or following.link, answer)) or False
