"""A call to a model as a line of FinOps FOCUS 1.2, which an organisation's cost tools read. An estimate, never a bill.

Nothing here was invoiced by us: the provider's own bill is. So `BilledCost` is 0, as FOCUS asks where a third party is
paid, and what a call cost by known prices is in `EffectiveCost`. A cost that nobody knows is empty, and not 0.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Value = str | int | Decimal | datetime | bool | None
WRITER = "countersign"  # who tells this, which is nobody who sends bills
TOKENS = "tokens"


Call = Mapping[str, Any]
COLUMNS: Mapping[str, Callable[[Call], Value]] = {
    "BilledCost": lambda _: Decimal(0),
    "BillingAccountId": lambda _: WRITER,
    "BillingAccountName": lambda _: "Estimates of countersign, not invoiced",
    "BillingCurrency": lambda _: "USD",
    "BillingPeriodEnd": lambda call: _month(_month(_began(call)) + timedelta(days=32)),
    "BillingPeriodStart": lambda call: _month(_began(call)),
    "ChargeCategory": lambda _: "Usage",
    "ChargeClass": lambda _: None,  # "Correction" is for what was invoiced
    "ChargeDescription": lambda call: _description(call),
    "ChargePeriodEnd": lambda call: _end(call),
    "ChargePeriodStart": lambda call: _began(call),
    "ContractedCost": lambda call: call["cost_usd"],
    "EffectiveCost": lambda call: call["cost_usd"],
    "InvoiceIssuerName": lambda call: call["provider"],
    "ListCost": lambda call: call["cost_usd"],
    "PricingQuantity": lambda call: _tokens(call),
    "PricingUnit": lambda _: TOKENS,
    "ProviderName": lambda call: call["provider"],
    "PublisherName": lambda call: call["provider"],
    "ServiceCategory": lambda _: "AI and Machine Learning",
    "ServiceName": lambda call: f"{call['provider']} models",
    "ChargeFrequency": lambda _: "Usage-Based",
    "ConsumedQuantity": lambda call: _tokens(call),
    "ConsumedUnit": lambda _: TOKENS,
    "PricingCategory": lambda _: "Standard",
    "ResourceId": lambda call: call["model"],
    "ServiceSubcategory": lambda _: "Generative AI",
    "SkuId": lambda call: call["model"],
    "SkuMeter": lambda _: TOKENS,
    "SkuPriceId": lambda call: call["price_version"],
    "SubAccountId": lambda call: call["account"] or None,
    "SubAccountName": lambda call: call["account"] or None,
    "Tags": lambda call: _tags(call),
    "x_AttemptId": lambda call: call["id"],
    "x_CostIs": lambda call: _cost_is(call),
    "x_UpperBoundUsd": lambda call: call["bound_usd"],
    "x_PriceVersion": lambda call: call["price_version"],
    "x_RunId": lambda call: call["run_id"],
    "x_TicketId": lambda call: call["ticket_id"] or None,
    "x_Queue": lambda call: call["queue"] or None,
    "x_Purpose": lambda call: call["purpose"],
    "x_Outcome": lambda call: call["outcome"],
    "x_Retry": lambda call: call["retry"],
    "x_Fallback": lambda call: call["fallback"],
    "x_InputTokens": lambda call: call["input_tokens"],
    "x_OutputTokens": lambda call: call["output_tokens"],
    "x_CachedReadTokens": lambda call: call["cached_read_tokens"],
    "x_CachedWriteTokens": lambda call: call["cached_write_tokens"],
    "x_ReasoningTokens": lambda call: call["reasoning_tokens"],
    "x_UsageIsSuspect": lambda call: call["suspect"],
}


def line(call: Call) -> dict[str, Value]:
    """All columns of one call, in the order of a file: those of FOCUS, then ours with `x_`."""
    return {name: told(call) for name, told in COLUMNS.items()}


def _cost_is(call: Call) -> str:
    """How far the cost can be trusted, in one word."""
    if call["cost_usd"] is None:
        return "unknown"
    return "free" if call["price_state"] == "free" else "estimate"


def _description(call: Call) -> str:
    told = {
        "unknown": "Cost unknown (not zero), at most x_UpperBoundUsd",
        "free": "Nothing owed",
        "estimate": "Estimated from tokens and prices, not invoiced",
    }
    return f"{told[_cost_is(call)]}: {call['purpose']} by {call['model']}"


def _tokens(call: Call) -> Decimal | None:
    """In and out together, where both were told."""
    told = call["input_tokens"], call["output_tokens"]
    return None if None in told else Decimal(sum(told))


def _began(call: Call) -> datetime:
    began: datetime = call["started_at"]
    return began.astimezone(UTC).replace(microsecond=0)


def _end(call: Call) -> datetime:
    """The first whole second after the call. A clock that was set back, or a process that died, leaves one second."""
    least = _began(call) + timedelta(seconds=1)
    ended: datetime | None = call["ended_at"]
    return least if ended is None else max(least, ended.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1))


def _month(at: datetime) -> datetime:
    """When its month began."""
    return at.replace(day=1, hour=0, minute=0, second=0)


def _tags(call: Call) -> str:
    told = {"purpose": call["purpose"], "queue": call["queue"], "route": call["route"]}
    return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False, sort_keys=True)
