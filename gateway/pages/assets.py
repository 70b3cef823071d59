"""Style, icon and scripts, from our own origin, so that a page asks nobody else for anything."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from gateway.errors import NotFound
from gateway.pages.render import ASSETS

routes = APIRouter()
KINDS = {
    "style.css": "text/css; charset=utf-8",
    "costs.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "review.js": "text/javascript; charset=utf-8",
    "inbox.js": "text/javascript; charset=utf-8",
    "sidebar.js": "text/javascript; charset=utf-8",
    "waiting.js": "text/javascript; charset=utf-8",
    "window.js": "text/javascript; charset=utf-8",
}


@routes.get("/static/{name}")
async def asset(name: str) -> FileResponse:
    if name not in KINDS:
        raise NotFound("there is no such file")
    return FileResponse(
        ASSETS / name,
        media_type=KINDS[name],
        headers={"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"},
    )
