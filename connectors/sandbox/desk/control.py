"""The desk's switches for programs, under `/control`: faults, rights, counters and deliveries."""

from typing import Any

from fastapi import APIRouter, Request

from connectors.sandbox.desk.access import InCharge, Right
from connectors.sandbox.desk.faults import Fault, Switches
from connectors.sandbox.desk.shapes import Shape
from connectors.sandbox.desk.tickets import Refusal
from connectors.sandbox.desk.webhooks import Delivery, Webhooks

router = APIRouter(prefix="/control", tags=["switches"])
Json = dict[str, Any]


class Missing(Shape):
    missing: list[Right]


class Dedupe(Shape):
    on: bool


@router.get("/faults")
async def faults(request: Request, caller: InCharge) -> Json:
    return {"data": {number: fault.model_dump() for number, fault in switches(request).on.items()}}


@router.post("/faults", status_code=201)
async def switch_on(request: Request, caller: InCharge, fault: Fault) -> Json:
    """A fault from now on, for the next `calls` that fit, or for all."""
    return {"id": switches(request).add(fault)}


@router.delete("/faults", status_code=204)
async def switch_all_off(request: Request, caller: InCharge) -> None:
    switches(request).on.clear()


@router.put("/rights")
async def take_rights_away(request: Request, caller: InCharge, missing: Missing) -> Json:
    """What the brand's integration user may not do from now on; an empty list gives everything back."""
    request.app.state.access.missing[caller.brand.name] = set(missing.missing)
    return missing.model_dump()


@router.put("/idempotency")
async def idempotency(request: Request, caller: InCharge, dedupe: Dedupe) -> Json:
    """On: a `client_ref` that the author used in the ticket before is not stored again. Off to begin with."""
    request.app.state.desk.dedupes = dedupe.on
    return dedupe.model_dump()


@router.get("/counters")
async def counters(request: Request, caller: InCharge) -> Json:
    """Per ticket: how often each text and each `client_ref` was received, and how often it was stored."""
    told: Json = request.app.state.counters.told()
    desk = request.app.state.desk
    gone_or_own = {ticket.id for ticket in desk.tickets()} - {ticket.id for ticket in desk.tickets(caller.brand.name)}
    return {"tickets": {ticket: counts for ticket, counts in told.items() if ticket not in gone_or_own}}


@router.get("/deliveries")
async def deliveries(request: Request, caller: InCharge) -> Json:
    """The brand's last webhooks, newest first."""
    found = [item for item in reversed(webhooks(request).deliveries) if item.brand == caller.brand.name]
    return {"data": [delivery_json(delivery) for delivery in found]}


@router.post("/deliveries/{delivery_id}/again", status_code=202)
async def deliver_again(request: Request, caller: InCharge, delivery_id: str) -> Json:
    """The same webhook, under the same id, as a vendor's replay button would."""
    if not webhooks(request).again(caller.brand, delivery_id):
        raise Refusal(404, "no_such_delivery", "The desk does not remember this delivery.")
    return {"id": delivery_id}


def delivery_json(delivery: Delivery) -> Json:
    return {
        "id": delivery.id,
        "type": delivery.type,
        "ticket_id": delivery.ticket_id,
        "state": delivery.state,
        "outcomes": delivery.outcomes,
    }


def switches(request: Request) -> Switches:
    found: Switches = request.app.state.switches
    return found


def webhooks(request: Request) -> Webhooks:
    found: Webhooks = request.app.state.webhooks
    return found
