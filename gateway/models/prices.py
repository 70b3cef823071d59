"""What a call costs, to the last digit: Decimal, from the price list that litellm ships or the owner's own word."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.ledger.attempt import PriceState
from gateway.models.route import Price
from gateway.models.usage import Tokens

THRESHOLD = re.compile(r"_above_(\d+)(k?)_tokens$")
# Ways of pricing that one rate a token cannot express, and providers with rules of their own: litellm computes these.
UNCOMMON = {"tiered_pricing", "off_peak_pricing", "input_cost_per_request", "input_cost_per_second", "cost_per_second"}
OWN_RULES = {"bedrock_mantle", "fireworks_ai", "xai"}  # by region, by default cache price, thresholds included
RATES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached_read": "cache_read_input_token_cost",
    "cached_write": "cache_creation_input_token_cost",
    "reasoning": "output_cost_per_reasoning_token",
}
LOCAL = {"ollama", "ollama_chat"}  # a server of the house's own: litellm lists all its models at zero
LEDGER_STEP = Decimal("1e-12")  # what the ledger keeps


@dataclass(frozen=True, slots=True)
class Rates:
    """USD a token, by kind, and the higher rates above a size of the prompt, smallest threshold first."""

    base: Price
    above: tuple[tuple[int, Price], ...] = ()

    def for_prompt(self, input_tokens: int) -> Price:
        """The rates of a prompt of this size."""
        price = self.base
        for threshold, higher in self.above:
            if input_tokens > threshold:
                price = higher
        return price


@dataclass(frozen=True, slots=True)
class PriceTag:
    """What is known of one model's price. `rates` None with a version: litellm computes it; without: no price."""

    version: str | None
    rates: Rates | None = None
    ceiling: Decimal | None = None  # USD a token, for the bound alone

    def cost(self, tokens: Tokens) -> Decimal | None:
        """USD for these tokens; None where a price or a number is missing."""
        if self.rates is None or tokens.input is None or tokens.output is None:
            return None
        price = self.rates.for_prompt(tokens.input)
        read, written, thought = tokens.cached_read or 0, tokens.cached_write or 0, tokens.reasoning or 0
        total = (tokens.input - read - written) * price.input + (tokens.output - thought) * price.output
        total += read * first(price.cached_read, price.input) + written * first(price.cached_write, price.input)
        return (total + thought * first(price.reasoning, price.output)).quantize(LEDGER_STEP)

    def bound(self, input_tokens: int, output_tokens: int) -> Decimal | None:
        """The most USD that so many tokens can cost; None where neither price nor ceiling is known."""
        if self.rates is None:
            return None if self.ceiling is None else self.ceiling * (input_tokens + output_tokens)
        prices = [self.rates.base, *(price for _, price in self.rates.above)]
        dearest_in = max(first(rate, price.input) for price in prices for rate in (price.cached_write, price.input))
        dearest_out = max(first(rate, price.output) for price in prices for rate in (price.reasoning, price.output))
        return (dearest_in * input_tokens + dearest_out * output_tokens).quantize(LEDGER_STEP)

    @property
    def state(self) -> PriceState:
        """Priced, free where every rate is zero, or unpriced."""
        if self.version is None:
            return PriceState.UNPRICED
        if self.rates is not None and self.bound(1, 1) == 0:
            return PriceState.FREE
        return PriceState.PRICED


@dataclass(frozen=True, slots=True)
class PriceList:
    """What one model costs, by day: litellm's price until the first that its owner declared, and each from its day."""

    listed: PriceTag
    declared: tuple[tuple[date, PriceTag], ...] = ()  # oldest first

    def on(self, day: date) -> PriceTag:
        """The price that holds on a day."""
        return next((tag for since, tag in reversed(self.declared) if since <= day), self.listed)


FREE = Rates(Price(Decimal(0), Decimal(0)))


def price_tag(
    entry: Mapping[str, Any] | None, provider: str, declared: Price | None, ceiling_per_million: Decimal | None
) -> PriceTag:
    """The price of a model: what its owner declared, nothing for the offline drafter, else litellm's entry."""
    ceiling = None if ceiling_per_million is None else ceiling_per_million / 1_000_000
    if declared is not None:
        since = f"@{declared.valid_from}" if declared.valid_from else ""
        return PriceTag(f"declared:{digest(str(declared))}{since}", Rates(declared))
    if provider == "offline" or provider in LOCAL:
        return PriceTag("free", FREE)
    if entry is None or not (UNCOMMON.intersection(entry) or {RATES["input"], RATES["output"]} <= entry.keys()):
        return PriceTag(None, None, ceiling)
    version = f"litellm:{digest(json.dumps(entry, sort_keys=True, default=str))}"
    if UNCOMMON.intersection(entry) or provider in OWN_RULES:
        return PriceTag(version, None, first(ceiling, dearest(entry)))
    return PriceTag(version, rates_of(entry))


def price_list(
    entry: Mapping[str, Any] | None, provider: str, declared: Sequence[Price], ceiling_per_million: Decimal | None
) -> PriceList:
    """All prices of a model: those that its owner declared, each from its day, and what holds before them."""

    def tag(price: Price | None) -> PriceTag:
        return price_tag(entry, provider, price, ceiling_per_million)

    dated = sorted((price.valid_from or date.min, number) for number, price in enumerate(declared))
    return PriceList(tag(None), tuple((since, tag(declared[number])) for since, number in dated))


def rates_of(entry: Mapping[str, Any]) -> Rates:
    """The rates in one entry of litellm's list, its thresholds sorted."""
    base = price_of(entry, "", None)
    above: dict[int, str] = {}
    for key in entry:
        if (found := THRESHOLD.search(key)) and key.removesuffix(found.group(0)) in RATES.values():
            above[int(found.group(1)) * (1000 if found.group(2) else 1)] = found.group(0)
    higher, tiers = base, []
    for threshold, suffix in sorted(above.items()):
        higher = price_of(entry, suffix, higher)
        tiers.append((threshold, higher))
    return Rates(base, tuple(tiers))


def price_of(entry: Mapping[str, Any], suffix: str, otherwise: Price | None) -> Price:
    """The rates with one suffix; what it does not name is as before."""
    named = {kind: exact(entry.get(key + suffix)) for kind, key in RATES.items()}
    if otherwise is not None:
        named = {kind: getattr(otherwise, kind) if rate is None else rate for kind, rate in named.items()}
    return Price(
        input=named["input"] or Decimal(0),
        output=named["output"] or Decimal(0),
        cached_read=named["cached_read"],
        cached_write=named["cached_write"],
        reasoning=named["reasoning"],
    )


def dearest(entry: Any) -> Decimal:
    """The highest rate a token anywhere in an entry, as a ceiling."""
    if isinstance(entry, Mapping):
        rates = [exact(value) or Decimal(0) for key, value in entry.items() if "cost" in key and "_token" in key]
        return max([Decimal(0), *rates, *(dearest(value) for value in entry.values())])
    return max([Decimal(0), *map(dearest, entry)]) if isinstance(entry, list) else Decimal(0)


def exact(value: Any) -> Decimal | None:
    """A float of the list as the decimal that was written there."""
    return Decimal(repr(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def first(value: Decimal | None, otherwise: Decimal) -> Decimal:
    """The value, or the other where it is None; zero is a value."""
    return otherwise if value is None else value


def digest(text: str) -> str:
    """A short name for a version of a price."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
