"""What calls of the past cost by the prices that are known now, each by the price of its own day."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.ledger.attempt import PriceState
from gateway.models.engine import load_litellm
from gateway.models.prices import PriceList, price_list
from gateway.models.profile import entry_of, profile_of
from gateway.models.route import Route
from gateway.models.usage import Tokens


@dataclass(frozen=True, slots=True)
class Repriced:
    """A price that was not known, or was another one, when the call was made."""

    cost_usd: Decimal
    state: PriceState
    version: str


class Repricer:
    """Knows every model of the routes, and every other by litellm's list. Loads litellm: seconds, once."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._litellm: Any = load_litellm()
        self._lists: dict[tuple[str, str, str], PriceList] = {}
        for route in routes:
            for candidate in route.candidates:
                with contextlib.suppress(Exception):  # litellm's, for a name that means nothing to it: nobody called it
                    profile = profile_of(self._litellm, candidate)
                    self._lists.setdefault((route.name, profile.provider, profile.model), profile.prices)
                    self._lists.setdefault(("", profile.provider, profile.model), profile.prices)

    def price(self, *, route: str, provider: str, model: str, started_at: datetime, tokens: Tokens) -> Repriced | None:
        """None where no price is known, or only litellm could compute it from what the provider said then."""
        tag = self._list(route, provider, model).on(started_at.astimezone(UTC).date())
        cost = tag.cost(tokens)
        return None if cost is None or tag.version is None else Repriced(cost, tag.state, tag.version)

    def _list(self, route: str, provider: str, model: str) -> PriceList:
        for name in (*route.split("+"), ""):  # several routes of one run are joined in the name
            if found := self._lists.get((name, provider, model)):
                return found
        prices: Mapping[str, Any] = self._litellm.model_cost
        found = price_list(entry_of(prices, f"{provider}/{model}", provider, model), provider, (), None)
        return self._lists.setdefault(("", provider, model), found)
