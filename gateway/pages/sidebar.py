"""`/sidebar/{account}`: our page in a frame of a help desk, beside a ticket, with the ticket's review within.

A help desk that signs who looks posts its token here; everywhere else people sign in, in a window of their own."""

from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from connectors.contract import Request as Delivery
from connectors.errors import ConnectorError
from gateway.errors import DeliveryTooLarge, NotAllowed, NotAuthentic, NotFound
from gateway.pages.doors import Beside, Door
from gateway.pages.render import Id, framed, page, visitor_of

routes = APIRouter()
LARGEST = 32 * 1024  # bytes


@routes.post("/sidebar/{account}")
async def opened(request: Request, account: Id) -> Response:
    """The help desk opens the page and says who looks. A session for this account's drafts, and on with the page."""
    door = _door(request)
    beside = _beside(door, account)
    if request.headers.get("sec-fetch-dest", "iframe") != "iframe":
        # A form elsewhere could else sign somebody in as somebody who they are not.
        raise NotAllowed("this is opened by a help desk, in a frame")
    onward = RedirectResponse(f"/sidebar/{account}?{urlencode(list(request.query_params.items()))}", 303)
    if beside.signed is None:
        return onward
    delivery = Delivery(request.headers.items(), await _body(request), datetime.now(UTC), query=request.query_params)
    try:
        agent = await beside.signed.identify(delivery)
    except ConnectorError as error:
        return await _shown(request, account, refused=str(error))
    person = door.people.at_desk(account, agent.id, name=agent.name, email=agent.email).narrowed(account)
    onward.headers.append("set-cookie", door.cookies.set(door.cookies.session, door.signer.session(person)))
    return onward


@routes.get("/sidebar/{account}")
async def shown(request: Request, account: Id) -> HTMLResponse:
    return await _shown(request, account)


@routes.get("/sidebar/{account}/desk.js")
async def script(request: Request, account: Id) -> Response:
    """How the page speaks with this account's help desk."""
    text = _beside(_door(request), account).sidebar.script.read_text("utf-8")
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type="text/javascript; charset=utf-8", headers=headers)


async def _shown(request: Request, account: str, refused: str | None = None) -> HTMLResponse:
    door = _door(request)
    sidebar = _beside(door, account).sidebar
    person = visitor_of(request).person
    made = await page(
        request,
        "sidebar.html",
        account=account,
        desk=door.desk_of(account),
        sdk=sidebar.sdk,
        known=refused is None and person is not None and person.sees(account),
        refused=refused,
        can_sign_in=door.picker or door.sign_in is not None,
    )
    if refused is not None:
        made.status_code = NotAuthentic.status
    library = urlsplit(sidebar.sdk or "")
    scripts = f" {library.scheme}://{library.netloc}" if library.netloc else ""
    return framed(request, made, account, around=True, scripts=scripts)


def _beside(door: Door, account: str) -> Beside:
    found = door.beside.get(account)
    if found is None:
        raise NotFound("there is no page for the help desk of this account")
    return found


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise DeliveryTooLarge(f"a token may have {LARGEST} bytes")
    return bytes(body)
