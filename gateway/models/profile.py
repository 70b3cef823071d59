"""What is known of a candidate before it is called: its provider, its price and how it takes structure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.models.prices import PriceList, PriceTag, price_list
from gateway.models.route import Candidate, Form

# litellm counts tokens itself where these tell none, but only when the answer comes in one piece. In a stream the
# provider's own numbers can be told apart from its guess.
GUESSES_USAGE = {"ollama", "ollama_chat"}


@dataclass(slots=True)
class Profile:
    """One candidate, looked up once. `form` falls back to words alone when the model refuses the other two."""

    candidate: Candidate
    provider: str
    model: str  # as the provider names it
    prices: PriceList
    form: Form
    streamed: bool
    options: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def price(self) -> PriceTag:
        """The price of today."""
        return self.prices.on(datetime.now(UTC).date())


def profile_of(litellm: Any, candidate: Candidate) -> Profile:
    """Look a candidate up in litellm's tables. Raises what litellm raises for a provider that it does not know."""
    model, provider, _, _ = litellm.get_llm_provider(candidate.model, api_base=candidate.api_base)
    entry = entry_of(litellm.model_cost, candidate.model, provider, model)
    return Profile(
        candidate=candidate,
        provider=provider,
        model=model,
        prices=price_list(entry, provider, candidate.prices, candidate.ceiling_usd_per_million),
        form=form_of(candidate.form, provider, entry),
        streamed=(candidate.stream or provider in GUESSES_USAGE) and provider != "offline",
        options=options_of(candidate),
    )


def entry_of(prices: Mapping[str, Any], name: str, provider: str, model: str) -> Mapping[str, Any] | None:
    """The entry of litellm's list for a model, looked up by hand: its own look-up may ask a local server."""
    for key in (name, f"{provider}/{model}", model):
        entry: Mapping[str, Any] | None = prices.get(key)
        if entry is not None and str(entry.get("litellm_provider", "")).startswith(provider.split("_", 1)[0]):
            return entry
    return None


def form_of(asked: Form, provider: str, entry: Mapping[str, Any] | None) -> Form:
    """How to ask for structure. litellm's list of parameters claims a response format for every model."""
    if provider == "offline":
        return Form.PROMPT
    if asked is not Form.AUTO:
        return asked
    return Form.SCHEMA if entry is not None and entry.get("supports_response_schema") else Form.JSON


def options_of(candidate: Candidate) -> dict[str, Any]:
    """The arguments that every call to this candidate shares. Nothing is retried behind our back."""
    options: dict[str, Any] = {
        **candidate.extra,
        "model": candidate.model,
        "max_tokens": candidate.max_output_tokens,
        "timeout": candidate.timeout_s,
        "num_retries": 0,
        "max_retries": 0,
        "drop_params": True,
    }
    if candidate.api_base:
        options["api_base"] = candidate.api_base
        options["api_key"] = "none"  # else litellm sends the key in OPENAI_API_KEY to whatever server this is
    if candidate.api_key is not None:
        options["api_key"] = candidate.api_key.get_secret_value()
    return options
