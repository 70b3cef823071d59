"""The page of switches: faults, rights, and what became of the webhooks."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from connectors.sandbox.desk.access import Right
from connectors.sandbox.desk.faults import Fault, Trouble
from connectors.sandbox.desk.pages import desk_of, page
from connectors.sandbox.desk.tickets import Refusal

router = APIRouter(prefix="/switches", include_in_schema=False)
SHOWN = 50  # deliveries
Text = Annotated[str, Form(max_length=200)]


@router.get("")
async def switches(request: Request) -> HTMLResponse:
    state = request.app.state
    return await page(
        "switches.html",
        request,
        faults=dict(state.switches.on),
        troubles=list(Trouble),
        rights=list(Right),
        missing={brand: set(rights) for brand, rights in state.access.missing.items()},
        dedupes=state.desk.dedupes,
        deliveries=list(reversed(state.webhooks.deliveries))[:SHOWN],
    )


@router.post("/faults")
async def switch_on(
    request: Request,
    trouble: Text,
    on: Text = "all",
    path: Text = "*",
    calls: Text = "",
    retry_after: Text = "",
    seconds: Text = "2",
) -> RedirectResponse:
    given = {"trouble": trouble, "on": on, "path": path or "*", "seconds": seconds or 2}
    try:
        fault = Fault.model_validate({**given, "calls": calls or None, "retry_after": retry_after or None})
    except ValidationError as error:
        fields = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise Refusal(422, "invalid", f"Missing or not understood: {fields}.") from None
    request.app.state.switches.add(fault)
    return back()


@router.post("/faults/off")
async def switch_off(request: Request, fault: Text = "") -> RedirectResponse:
    """One fault, or all of them where none is named."""
    on = request.app.state.switches.on
    for number in [fault] if fault else list(on):
        on.pop(number, None)
    return back()


@router.post("/rights/{brand}")
async def set_rights(
    request: Request, brand: str, right: Annotated[list[Right] | None, Form()] = None
) -> RedirectResponse:
    """The rights that are ticked are the ones that the integration user has from now on."""
    if brand not in desk_of(request).brands:
        raise Refusal(404, "no_such_brand", f"There is no brand {brand}.")
    request.app.state.access.missing[brand] = set(Right) - set(right or [])
    return back()


@router.post("/idempotency")
async def set_idempotency(request: Request, on: Annotated[bool, Form()] = False) -> RedirectResponse:
    desk_of(request).dedupes = on
    return back()


@router.post("/deliveries/{brand}/{delivery_id}")
async def deliver_again(request: Request, brand: str, delivery_id: str) -> RedirectResponse:
    known = desk_of(request).brands.get(brand)
    if known is None or not request.app.state.webhooks.again(known, delivery_id):
        raise Refusal(404, "no_such_delivery", "The desk does not remember this delivery.")
    return back()


def back() -> RedirectResponse:
    return RedirectResponse("/switches", status_code=303)
