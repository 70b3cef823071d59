"""Turns a template and values into an answer for a browser, with headers that keep strangers' text harmless."""

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from fastapi import Path as InPath
from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import Field

from gateway.access.visitor import Visitor
from gateway.errors import NotAllowed
from gateway.pages import telling
from gateway.pages.doors import Door
from gateway.pages.explanation import in_words
from gateway.pages.words import acted, plain, word
from gateway.store import pauses
from gateway.store.database import Database
from gateway.store.reports import Cost, dead_count, duration

WITHOUT_NUL = r"^[^\x00]*$"  # Postgres keeps no text with one
Word = Annotated[str, Query(max_length=255, pattern=WITHOUT_NUL)]
Id = Annotated[str, InPath(max_length=255, pattern=WITHOUT_NUL)]
RunId = Annotated[int, Field(ge=1, lt=2**63)]

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
NOBODY = "'none'"


def policy(framed_by: str = NOBODY, *, more: str = "", scripts: str = "") -> str:
    """The Content-Security-Policy: nothing but our own style, script and forms, in nobody's frame unless told."""
    return (
        f"default-src 'none'; style-src 'self'; script-src 'self'{scripts}; connect-src 'self'; img-src 'self'; "
        f"form-action 'self'; base-uri 'none'; {more}frame-ancestors {framed_by}"
    )


HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "ms": duration,
        "text": telling.text,
        "link": telling.link,
        "segment": telling.segment,
        "share": telling.share,
        "sentence": telling.sentence,
        "word": word,
        "acted": acted,
        "plain": plain,
        "fact": in_words,
        "cost": lambda attempt: Cost.of_calls([attempt]),
        "usd": lambda amount: str(Cost(amount, 0)),
    }
    made.globals["asset"] = lambda file: f"/static/{file}?v={_version(file)}"
    return made


@cache
def _version(file: str) -> str:
    return sha256((ASSETS / file).read_bytes()).hexdigest()[:12]


ENVIRONMENT = _environment()


async def page(request: Request, template: str, *, linked: str | None = None, **values: Any) -> HTMLResponse:
    """A page; every template has `now`, `moment` and the count of dead events for the menu, and the pauses in force as
    far as they are the visitor's business. `linked`: the account of the draft that a link shows."""
    now = datetime.now(UTC)
    html = ENVIRONMENT.get_template(template).render(
        now=now,
        moment=lambda at: telling.moment(at, now),
        path=request.url.path,
        dead=await dead_count(database_of(request)),
        pauses=[one for one in await pauses.active(database_of(request)) if _concerns(request, one["account"], linked)],
        visitor=visitor_of(request),
        **{"script": None, "sheet": None, "aside": False, **values},
    )
    return HTMLResponse(html, headers=HEADERS)


def _concerns(request: Request, account: str, linked: str | None) -> bool:
    """Whether the pause of an account may be told, with who paused it and why."""
    accounts = visitor_of(request).accounts
    return accounts is None or account in accounts or account == linked or (account == pauses.ALL and bool(accounts))


def framed(
    request: Request, response: HTMLResponse, account: str, *, around: bool = False, scripts: str = ""
) -> HTMLResponse:
    """The same page, which the account's own help desk may show in a frame, and within that our page `around` it. What
    frames it there is checked by the browser, and what is done in the frame needs a session."""
    door: Door | None = getattr(request.app.state, "door", None)
    if desk := door.desk_of(account) if door else None:
        more = "frame-src 'self'; " if around else ""
        response.headers["Content-Security-Policy"] = policy(f"{desk} 'self'", more=more, scripts=scripts)
    return response


def visitor_of(request: Request) -> Visitor:
    """Who is asking, as the middleware found. Without one nobody."""
    found: Visitor = getattr(request.state, "visitor", Visitor())
    return found


def database_of(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def only_from_our_pages(request: Request) -> None:
    """Refuse a form that another site made the browser send. Raises NotAllowed."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if site == "same-origin" or (site is None and origin == ours):
        return
    raise NotAllowed("this form was sent from another site", remedy="Open the page itself and press its button")
