"""Money to the last digit, held against litellm's own sum for the models that it lists."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.ledger.attempt import PriceState
from gateway.models import Candidate, Price
from gateway.models.engine import load_litellm
from gateway.models.prices import PriceTag, price_tag
from gateway.models.profile import entry_of, profile_of
from gateway.models.usage import Tokens

CLOSE = Decimal("1e-9")


def tag(model: str, **more: Any) -> PriceTag:
    return profile_of(load_litellm(), Candidate(model, **more)).price


def test_a_cached_and_reasoning_answer_of_a_known_model_costs_exactly_its_list_price() -> None:
    cost = tag("openai/gpt-4o-mini").cost(Tokens(1000, 200, cached_read=800, reasoning=120))

    assert cost == Decimal("0.00021")


def test_cache_writes_cost_more_and_cache_reads_less_at_anthropic() -> None:
    cost = tag("anthropic/claude-sonnet-4-5").cost(Tokens(10_000, 100, cached_read=6_000, cached_write=3_000))

    assert cost == 1000 * Decimal("3e-6") + 6000 * Decimal("3e-7") + 3000 * Decimal("3.75e-6") + 100 * Decimal("1.5e-5")


def test_a_long_prompt_costs_its_higher_rate() -> None:
    price = tag("gemini/gemini-2.5-pro")

    assert price.cost(Tokens(200_000, 10)) == 200_000 * Decimal("1.25e-6") + 10 * Decimal("1e-5")
    assert price.cost(Tokens(200_001, 10)) == 200_001 * Decimal("2.5e-6") + 10 * Decimal("1.5e-5")


def test_every_fifth_listed_model_costs_what_litellm_says() -> None:
    litellm = load_litellm()
    told = (Tokens(1000, 200, 0, 0, 0), Tokens(1000, 200, 800, 0, 120), Tokens(300_000, 900, 1000, 500, 300))
    compared, different = 0, []
    for name, entry in list(litellm.model_cost.items())[::5]:  # all of them take twenty seconds
        if entry.get("mode") != "chat" or "max_tokens" not in entry:
            continue
        try:
            model, provider, _, _ = litellm.get_llm_provider(name)
        except Exception:
            continue
        if provider.startswith("ollama"):
            continue
        price = price_tag(entry_of(litellm.model_cost, name, provider, model), provider, None, None)
        if price.rates is None:
            continue
        for tokens in told:
            compared += 1
            theirs = litellm_cost(litellm, model, provider, tokens)
            ours = price.cost(tokens)
            if theirs is not None and (ours is None or abs(ours - theirs) > CLOSE):
                different.append((name, tokens, ours, theirs))

    assert compared > 800
    assert different == []


def litellm_cost(litellm: Any, model: str, provider: str, tokens: Tokens) -> Decimal | None:
    """What litellm computes for the same tokens; None where it cannot."""
    usage = litellm.Usage(
        prompt_tokens=tokens.input,
        completion_tokens=tokens.output,
        prompt_tokens_details={"cached_tokens": tokens.cached_read},
        completion_tokens_details={"reasoning_tokens": tokens.reasoning},
        cache_creation_input_tokens=tokens.cached_write,
    )
    try:
        parts = litellm.cost_per_token(model=model, custom_llm_provider=provider, usage_object=usage)
    except Exception:
        return None
    return sum((Decimal(repr(part)) for part in parts), Decimal(0))


def test_an_unknown_model_has_no_price_and_no_bound() -> None:
    price = tag("openai/some-model-of-ours", api_base="http://127.0.0.1:1/v1")

    assert price.state is PriceState.UNPRICED
    assert price.cost(Tokens(1000, 200)) is None
    assert price.bound(1000, 200) is None
    assert price.version is None


def test_a_local_server_does_not_borrow_the_price_of_a_famous_name() -> None:
    assert tag("hosted_vllm/gpt-4o", api_base="http://127.0.0.1:1").state is PriceState.UNPRICED


def test_a_declared_price_wins_and_names_itself() -> None:
    declared = Price(input=Decimal("0.001"), output=Decimal("0.002"))
    price = tag("openai/gpt-4o-mini", prices=(declared,))

    assert price.cost(Tokens(10, 10)) == Decimal("0.03")
    assert price.version is not None
    assert price.version.startswith("declared:")
    assert price.version != tag("openai/gpt-4o-mini", prices=(Price(Decimal(1), Decimal(1)),)).version


def test_tokens_that_nobody_told_have_no_cost() -> None:
    assert tag("openai/gpt-4o-mini").cost(Tokens(None, 20)) is None


@pytest.mark.parametrize("model", ["offline/extractive", "ollama_chat/llama3", "ollama/whatever"])
def test_what_runs_at_home_is_free_and_not_unpriced(model: str) -> None:
    price = tag(model)

    assert price.state is PriceState.FREE
    assert price.bound(1000, 1000) == 0


def test_a_bound_is_never_below_a_cost() -> None:
    for model in ("openai/gpt-4o-mini", "anthropic/claude-sonnet-4-5", "gemini/gemini-2.5-pro"):
        price = tag(model)
        for tokens in (Tokens(500, 300), Tokens(250_000, 300, 0, 250_000, 300), Tokens(900, 300, 900, 0, 100)):
            cost, bound = price.cost(tokens), price.bound(tokens.input or 0, tokens.output or 0)

            assert cost is not None
            assert bound is not None
            assert cost <= bound


def test_a_price_by_the_hour_is_computed_by_litellm_and_bounded_by_its_dearest_rate() -> None:
    entry = {
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
        "max_tokens": 8192,
        "off_peak_pricing": {"input_cost_per_token": 5e-7, "output_cost_per_token": 3e-6},
    }
    price = price_tag(entry, "deepseek", None, None)

    assert price.state is PriceState.PRICED
    assert price.cost(Tokens(10, 10)) is None
    assert price.bound(1, 1) == Decimal("6e-6")
