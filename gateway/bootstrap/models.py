"""Routes of models, what they cost, and how much may be spent on them, from what an installation declares."""

from decimal import Decimal

from gateway.ledger.budgets import Budget, Per
from gateway.ledger.people import Rates
from gateway.models import Candidate, Price, Route
from gateway.settings import CandidateEntry, Installation, PriceEntry, RatesEntry, RouteEntry

OFFLINE = Route("default", (Candidate("offline/extractive"),))


def routes_of(installation: Installation) -> dict[str, Route]:
    """Routes by name. Without any, drafts are put together offline from the passages found."""
    routes = {name: _route(name, entry) for name, entry in installation.models.items()}
    return {"default": OFFLINE, **routes}


def budgets_of(installation: Installation) -> tuple[Budget, ...]:
    """How much may be spent, in the order of the file."""
    return tuple(
        Budget(
            name,
            entry.owner.team,
            entry.owner.contact,
            Per(entry.per),
            entry.limit,
            account=entry.account,
            queue=entry.queue,
            cheaper=entry.cheaper,
        )
        for name, entry in installation.budgets.items()
    )


def rates_of(installation: Installation) -> dict[str, Rates]:
    """What people cost, by account, where somebody has declared it."""
    told = {name: entry.rates or installation.rates for name, entry in installation.accounts.items()}
    return {name: _rates(rates) for name, rates in told.items() if rates is not None}


def _rates(entry: RatesEntry) -> Rates:
    return Rates(entry.reviewer_per_hour, entry.by_hand_minutes, entry.source)


def _route(name: str, entry: RouteEntry) -> Route:
    candidates = tuple(_candidate(candidate, local=entry.local) for candidate in entry.candidates)
    return Route(name, candidates, temperature=entry.temperature, max_cost_usd=entry.max_cost_usd)


def _candidate(entry: CandidateEntry, *, local: bool) -> Candidate:
    declared = [*([entry.price] if entry.price else []), *entry.prices]
    return Candidate(
        model=entry.model,
        api_base=entry.api_base,
        api_key=entry.api_key.read() if entry.api_key else None,
        timeout_s=entry.timeout,
        stream=entry.stream,
        max_output_tokens=entry.max_output_tokens,
        retries=entry.retries,
        prices=tuple(map(_price, declared)),
        ceiling_usd_per_million=entry.ceiling_usd_per_million,
        local=local,
        requests_per_minute=entry.requests_per_minute,
        tokens_per_minute=entry.tokens_per_minute,
    )


def _price(entry: PriceEntry) -> Price:
    def per_token(value: Decimal | None) -> Decimal | None:
        return None if value is None else value / 1_000_000

    return Price(
        entry.input / 1_000_000,
        entry.output / 1_000_000,
        cached_read=per_token(entry.cached_read),
        cached_write=per_token(entry.cached_write),
        reasoning=per_token(entry.reasoning),
        valid_from=entry.valid_from,
    )
