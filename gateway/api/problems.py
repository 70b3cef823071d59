"""Every error as a problem document (RFC 9457): for programs as JSON, for browsers as a small page of the same."""

import html
import http
import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from gateway.access.visitor import Visitor
from gateway.errors import ConfigurationInvalid, GatewayError

log = structlog.get_logger()
MOST_POINTERS = 50
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Countersign</title><link rel="stylesheet" href="/static/style.css"></head>
<body><header class="top"><div class="wide"><a class="brand" href="/">Countersign</a></div></header>
<main class="wide problem"><p class="minor">{status}</p><h1>{title}</h1>{paragraphs}
<p><a href="/">To the inbox</a></p></main></body></html>
"""


class Problem(BaseModel):
    """A problem document. `type` is `about:blank`: `title` and `status` say what kind it is, `remedy` what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    remedy: str | None = None
    errors: list[dict[str, str]] | None = Field(default=None, description="What is wrong in the request, where")
    problems: list[str] | None = Field(default=None, description="`file:line:column: message`, every mistake")


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""

    async def expected(request: Request, error: Exception) -> Response:
        assert isinstance(error, GatewayError)
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        return problem_response(visitor.told(error) if visitor else error, request.scope)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        problem = Problem(
            title="The request is not valid",
            status=422,
            detail="; ".join(f"{found['pointer']}: {found['detail']}" for found in _pointers(error.errors())[:3]),
            errors=_pointers(error.errors()),
        )
        return _answer(problem, request.scope)

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        title = http.HTTPStatus(error.status_code).phrase.capitalize()
        detail = error.detail if error.detail and error.detail.capitalize() != title else None
        return _answer(Problem(title=title, status=error.status_code, detail=detail), request.scope, error.headers)

    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("a request failed unexpectedly", error=type(error).__name__, exc_info=error)
        problem = Problem(
            title="Something went wrong here",
            status=500,
            detail="The request could not be answered",
            remedy="Try again; if it stays, the log of the web process says more",
        )
        return _answer(problem, request.scope)

    app.add_exception_handler(GatewayError, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, unexpected)


def problem_response(error: GatewayError, scope: Scope) -> Response:
    """The answer to an error of ours, for whoever asks in `scope`."""
    problem = Problem(
        title=error.title,
        status=error.status,
        detail=_sentence(error.detail),
        remedy=error.remedy and _sentence(error.remedy),
        problems=error.problems if isinstance(error, ConfigurationInvalid) else None,
    )
    # Whole seconds, rounded up, as RFC 9110 wants them.
    wait = {} if error.retry_after is None else {"Retry-After": str(max(0, -int(-error.retry_after // 1)))}
    return _answer(problem, scope, wait)


# What any route under /api may answer: the gate's words, and those to who may not or asks for what cannot be.
EVERYWHERE = (400, 403, 408, 411, 413, 422, 429, 503)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route, so that the OpenAPI document tells."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": http.HTTPStatus(status).phrase, "content": content} for status in statuses}


def _answer(problem: Problem, scope: Scope, headers: Mapping[str, str] | None = None) -> Response:
    headers = {**HEADERS, **(headers or {})}
    accept = Headers(scope=scope).get("accept", "") if scope["type"] == "http" else ""
    if _prefers_html(accept):
        return HTMLResponse(_page(problem), problem.status, headers)
    return JSONResponse(
        problem.model_dump(exclude_none=True), problem.status, headers, media_type="application/problem+json"
    )


def _page(problem: Problem) -> str:
    told = [problem.detail, problem.remedy, *(problem.problems or ())]
    return PAGE.format(
        title=html.escape(problem.title),
        status=problem.status,
        paragraphs="".join(f"<p>{html.escape(text)}</p>" for text in told if text),
    )


def _prefers_html(accept: str) -> bool:
    """Browsers name text/html first; programs name JSON, anything, or nothing."""
    weights: dict[str, float] = {}
    for part in accept[:1000].split(","):
        kind, _, parameters = part.strip().lower().partition(";")
        weight = re.search(r"q=([01](?:\.\d{0,3})?)", parameters)
        weights[kind.strip()] = float(weight[1]) if weight else 1.0
    json = max(weights.get(kind, 0.0) for kind in ("application/json", "application/problem+json"))
    return weights.get("text/html", 0.0) > json


def _pointers(errors: Sequence[Any]) -> list[dict[str, str]]:
    """What is wrong and where, as JSON pointers; never the value itself, which may be anybody's text."""
    return [
        {"in": str(error["loc"][0]), "pointer": _pointer(error["loc"][1:]), "detail": str(error["msg"])}
        for error in errors[:MOST_POINTERS]
    ]


def _pointer(parts: Sequence[Any]) -> str:
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _sentence(text: str) -> str:
    """Messages of errors begin small, because they also stand within a line of a log."""
    return text[:1].upper() + text[1:]
