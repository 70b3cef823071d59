"""A sign-in for a frame: done in a window of its own, because a provider's page is shown in no frame and the cookie of
one does not reach the other, and then handed over by a code that only the frame which asked can use."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from gateway.errors import NotAuthentic
from gateway.pages.doors import Door
from gateway.pages.render import only_from_our_pages, page

routes = APIRouter()
Proof = Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{43}$", description="SHA-256 of a secret that the frame keeps")]
Text = Annotated[str, Form(max_length=4000)]


@routes.get("/sign-in/window")
async def in_a_window(request: Request, proof: Proof) -> Response:
    """Whoever has signed in here hands that over to the frame that opened the window."""
    door: Door = request.app.state.door
    session = door.signer.read_session(request.cookies.get(door.cookies.session, ""))
    if session is None:
        return RedirectResponse(f"/sign-in?{urlencode({'next': f'/sign-in/window?proof={proof}'})}", 303)
    code = door.signer.hand_over(session, proof)
    return await page(request, "sign_in_window.html", code=code, person=session.person, script="window.js")


@routes.post("/sign-in/frame")
async def in_a_frame(request: Request, code: Text, secret: Text) -> Response:
    """The frame goes on with that session: the code came from the window, the secret never left the frame."""
    only_from_our_pages(request)
    door: Door = request.app.state.door
    session = door.signer.read_hand_over(code, secret)
    if session is None:
        raise NotAuthentic("this sign-in was not begun here, or too long ago", remedy="Press Sign in again")
    response = Response(status_code=204)
    signed = door.signer.session(session.person, began=session.began)
    response.headers.append("set-cookie", door.cookies.set(door.cookies.session, signed))
    return response
