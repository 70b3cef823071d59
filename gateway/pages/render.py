"""Turns a template and values into an answer for a browser, with headers that keep strangers' text harmless."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from fastapi import Path as InPath
from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import Field

from gateway.errors import NotAllowed
from gateway.pages import telling
from gateway.pages.explanation import in_words
from gateway.pages.words import plain, word
from gateway.store import pauses
from gateway.store.database import Database
from gateway.store.reports import Cost, dead_count, duration

WITHOUT_NUL = r"^[^\x00]*$"  # Postgres keeps no text with one
Word = Annotated[str, Query(max_length=255, pattern=WITHOUT_NUL)]
Id = Annotated[str, InPath(max_length=255, pattern=WITHOUT_NUL)]
RunId = Annotated[int, Field(ge=1, lt=2**63)]

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
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
        "plain": plain,
        "fact": in_words,
        "cost": lambda attempt: Cost.of_calls([attempt]),
        "usd": lambda amount: str(Cost(amount, 0)),
    }
    style = (ASSETS / "style.css").read_bytes()
    made.globals["style"] = f"/static/style.css?v={sha256(style).hexdigest()[:12]}"
    return made


ENVIRONMENT = _environment()


async def page(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page; every template has `now`, `moment` and the count of dead events for the menu, and the pauses in force."""
    now = datetime.now(UTC)
    html = ENVIRONMENT.get_template(template).render(
        now=now,
        moment=lambda at: telling.moment(at, now),
        path=request.url.path,
        dead=await dead_count(database_of(request)),
        pauses=await pauses.active(database_of(request)),
        **values,
    )
    return HTMLResponse(html, headers=HEADERS)


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
