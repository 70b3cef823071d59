"""`POST /webhooks/{account}`: the answer is 202, and only after the delivery is committed."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from connectors.contract import Request as Delivery
from gateway.errors import DeliveryTooLarge
from gateway.workflow.intake import Intake

router = APIRouter(tags=["webhooks"])


@router.head("/webhooks/{account}", include_in_schema=False)
async def probed(account: str) -> Response:
    """Some vendors knock before they keep an address. Every address answers alike, so that none is told apart."""
    return Response(status_code=200)


@router.post(
    "/webhooks/{account}",
    status_code=202,
    summary="Take a signed delivery of a help desk",
    responses={
        400: {"description": "authentic, but no document"},
        401: {"description": "not authentic, or no such account"},
        408: {"description": "it took too long to arrive"},
        411: {"description": "it does not tell its length"},
        413: {"description": "too large, or nested too deep"},
        429: {"description": "too many in a short time: send it again after Retry-After"},
        503: {"description": "not kept: send it again after Retry-After"},
    },
)
async def receive(account: str, request: Request) -> Response:
    """Keeps the delivery's events and answers 202, also to a repeat, and to a document of a new shape, which waits in
    quarantine. A vendor's challenge is answered as it asks."""
    intake: Intake = request.app.state.intake
    delivery = Delivery(
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
        body=await _body(request, request.app.state.largest_delivery),
        received_at=datetime.now(UTC),
        method=request.method,
        query=dict(request.query_params),
    )
    received = await intake.accept(account, delivery, request.headers.get("traceparent"))
    if (reply := received.reply) is not None:
        return Response(reply.body, status_code=reply.status, media_type=reply.content_type)
    return Response(status_code=202)


async def _body(request: Request, largest: int) -> bytes:
    """The body, refused as soon as it is too large: what a stranger sends is not collected first."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > largest:
        raise DeliveryTooLarge(f"a delivery may have {largest} bytes")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise DeliveryTooLarge(f"a delivery may have {largest} bytes")
    return bytes(body)
