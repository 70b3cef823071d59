"""Lists are followed to their end: a page that fails, or lacks its list, never passes for the last one."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import lacks, mapping, objects

PAGE_SIZE = "100"  # the most that Front gives
MOST_PAGES = 1000


async def pages(
    http: HttpClient, path: str, params: Mapping[str, str] | None = None, *, write: bool = False
) -> AsyncIterator[list[dict[str, Any]]]:
    """Every page of a list. The link to the next one names the company's own host, where the token is not sent: only
    its `page_token` is taken. Lists that Front gives whole have no link.

    `write`: the list is part of a write, so that it is tried once and its failure says that the write may have begun.
    """
    query = dict(params or {})
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = mapping(await (http.send("GET", path, params=query) if write else http.get(path, params=query)))
        if not isinstance(answer.get("_results"), list):
            raise lacks("_results", may_be_stored=write)
        yield objects(answer["_results"])
        link = mapping(answer.get("_pagination")).get("next")
        if link is None:
            return
        step = _token(link)
        if step in seen:
            raise Unavailable("Front gives the same page of a list again and again")
        seen.add(step)
        query["page_token"] = step
    raise Rejected(f"a list has more than {MOST_PAGES} pages; it is not read any further")


async def every(
    http: HttpClient, path: str, params: Mapping[str, str] | None = None, *, write: bool = False
) -> list[dict[str, Any]]:
    """The whole list at once."""
    return [one async for page in pages(http, path, params, write=write) for one in page]


def _token(link: Any) -> str:
    try:
        found = parse_qs(urlsplit(link).query).get("page_token", []) if isinstance(link, str) else []
    except ValueError:
        found = []
    if len(found) != 1:
        raise lacks("page_token in the link to the next page")
    return found[0]
