"""`/knowledge`: what drafts may quote and what its owners should look at. `/knowledge/{source}/{id}`: one article."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.errors import NotFound
from gateway.pages.render import Id, database_of, page, visitor_of
from gateway.store import knowledge as rows

routes = APIRouter()


@routes.get("/knowledge")
async def sources(request: Request) -> HTMLResponse:
    """Sources and contradictions, as far as the visitor's accounts use them."""
    database = database_of(request)
    return await page(
        request,
        "knowledge.html",
        sources=[row for row in await rows.status(database) if _may_see(request, row["name"])],
        contradictions=[
            row
            for row in await rows.contradictions(database)
            if _may_see(request, row["source"]) and _may_see(request, row["other_source"])
        ],
    )


@routes.get("/knowledge/{source}/{article_id:path}")
async def article(request: Request, source: Id, article_id: Id) -> HTMLResponse:
    """An article as it was last read; the ids of some sources are addresses, hence the rest of the path."""
    found = await rows.article(database_of(request), source, article_id) if _may_see(request, source) else None
    if found is None:
        raise NotFound("there is no such article that you may see", remedy="It may have been deleted at its source")
    return await page(request, "article.html", article=_told(found))


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "public": row["audience"] == "public"}


def _may_see(request: Request, source: str) -> bool:
    """Whoever may see the tickets of an account may see what their drafts are made of."""
    accounts = visitor_of(request).accounts
    used_by: Mapping[str, frozenset[str]] = getattr(request.app.state, "knowledge", {})
    return accounts is None or bool(accounts & used_by.get(source, frozenset()))
