"""`/sign-in` and `/sign-out`: by an identity provider, or by a picker of declared people where that is tried out."""

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.oidc import SignIn
from gateway.access.people import Person
from gateway.audit.entries import Act
from gateway.errors import NotAllowed, NotAuthentic, NotFound
from gateway.pages.doors import Door
from gateway.pages.render import WITHOUT_NUL, database_of, only_from_our_pages, page, visitor_of
from gateway.store.audit import PAGE, record

routes = APIRouter()
Text = Annotated[str, Query(max_length=4000, pattern=WITHOUT_NUL)]
BACK = "/sign-in/back"


@routes.get("/sign-in")
async def shown(request: Request, next: Text = "/") -> HTMLResponse:
    door = _door(request)
    people = sorted(door.people.declared.values(), key=lambda one: one.name) if door.picker else []
    return await page(request, "sign_in.html", next=_ours(next), people=people, provider=_provider(door))


@routes.post("/sign-in")
async def picked(
    request: Request,
    person: Annotated[str, Form(max_length=64, pattern=WITHOUT_NUL)],
    next: Annotated[str, Form(max_length=4000, pattern=WITHOUT_NUL)] = "/",
) -> Response:
    """One of the declared people, for trying things out: only where the picker is on."""
    only_from_our_pages(request)
    door = _door(request)
    found = door.people.by_id(person) if door.picker else None
    if found is None:
        raise NotFound("there is nobody of that name to sign in as")
    return await _signed_in(request, found, _ours(next))


@routes.get("/sign-in/start")
async def start(request: Request, next: Text = "/") -> Response:
    """Off to the identity provider, with what has to be remembered in a signed cookie."""
    door = _door(request)
    sign_in = _sign_in(door)
    told = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    url = await sign_in.begin(f"{door.base_url}{BACK}", told["state"], told["nonce"], told["verifier"])
    response = RedirectResponse(url, 303)
    cookie = door.signer.state({**told, "next": _ours(next)})
    response.headers.append("set-cookie", door.cookies.set(door.cookies.state, cookie, 600))
    return response


@routes.get(BACK)
async def back(request: Request, state: Text = "", code: Text = "", error: Text = "") -> Response:
    door = _door(request)
    sign_in = _sign_in(door)
    kept = door.signer.read_state(request.cookies.get(door.cookies.state, ""))
    if kept is None or not secrets.compare_digest(state.encode(), kept["state"].encode()):
        raise NotAuthentic("this sign-in was not begun here, or too long ago", remedy="Begin again at /sign-in")
    if error or not code:
        raise NotAuthentic("the identity provider refused the sign-in", remedy="Begin again at /sign-in")
    who = await sign_in.end(f"{door.base_url}{BACK}", code, kept["nonce"], kept["verifier"])
    person = door.people.signed_in(who.email, who.name, who.groups)
    if person is None:
        raise NotAllowed(
            "you are known to the identity provider, but in no group of this gateway",
            remedy="An admin can add you to a group in countersign.yaml",
        )
    response = await _signed_in(request, person, _ours(kept["next"]))
    response.headers.append("set-cookie", door.cookies.set(door.cookies.state, "", 0))
    return response


@routes.post("/sign-out")
async def sign_out(request: Request) -> Response:
    only_from_our_pages(request)
    door = _door(request)
    if (person := visitor_of(request).person) is not None:
        await record(database_of(request), Act(person.id, "sign-out", "pages", visitor_of(request).at(PAGE)))
    response = RedirectResponse("/sign-in", 303)
    response.headers.append("set-cookie", door.cookies.set(door.cookies.session, "", 0))
    return response


async def _signed_in(request: Request, person: Person, next: str) -> Response:
    """Nobody is in before it is on record with which rights."""
    door = _door(request)
    accounts = None if person.accounts is None else sorted(person.accounts)
    told = {"rights": sorted(person.rights), "groups": sorted(person.groups), "accounts": accounts}
    await record(database_of(request), Act(person.id, "sign-in", "pages", visitor_of(request).at(PAGE), told))
    response = RedirectResponse(next, 303)
    response.headers.append("set-cookie", door.cookies.set(door.cookies.session, door.signer.session(person)))
    return response


def _ours(next: str) -> str:
    """A path of this site; the front page for anything that leads elsewhere."""
    parts = urlsplit(next)
    safe = next.startswith("/") and not next.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return next if safe and "\\" not in next and not any(ord(char) < 32 for char in next) else "/"


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


def _sign_in(door: Door) -> SignIn:
    if door.sign_in is None:
        raise NotFound("no identity provider is configured", remedy="Declare sign_in in countersign.yaml")
    return door.sign_in


def _provider(door: Door) -> str | None:
    return urlsplit(door.sign_in.provider.issuer).netloc if door.sign_in else None
