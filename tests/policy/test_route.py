"""Which models may write a draft."""

from decimal import Decimal

from gateway.policy import UNKNOWN, ModelRoute, load
from tests.policy.sets import facts, policy, topics


def route(rules: str, **changed: object) -> ModelRoute:
    return load({"models/first.yaml": policy(rules), **topics("refund", "churn")}).route(facts(**changed))


CHEAP = """
- rule: cheap
  when: always
  then: {model: {route: [cheap, strong], temperature: 0.2, max_cost: 0.10 USD}}
"""
HARD = """
- rule: hard
  when: message.length > 3000
  then: {model: {route: [strong], rank: 10, because: none}}
""".replace(", because: none", "")
LOCAL = """
- rule: local-only
  when: '"card" in screen.pii_kinds'
  then: {model: {only: [local]}, because: Not outside.}
"""


def test_without_a_rule_the_account_chooses() -> None:
    assert route(HARD).models is None


def test_the_highest_rank_sets_the_route_whatever_the_order() -> None:
    assert route(CHEAP + HARD, message__length=9000).models == ("strong",)
    assert route(HARD + CHEAP, message__length=9000).models == ("strong",)
    assert route(HARD + CHEAP).models == ("cheap", "strong")


def test_a_restriction_holds_over_every_route() -> None:
    found = route(CHEAP + LOCAL, screen__pii_kinds=["card"])

    assert found.models == ("local",)
    assert found.only == ("local",)
    assert found.allowed(["cheap", "local"]) == ("local",)
    assert "Not outside." in found.because


def test_two_restrictions_leave_what_both_allow() -> None:
    second = LOCAL.replace("local-only", "other").replace("[local]", "[cheap, local]").replace('"card"', '"iban"')

    assert route(CHEAP + LOCAL + second, screen__pii_kinds=["card", "iban"]).models == ("local",)
    assert route(LOCAL + second.replace("cheap, local", "cheap"), screen__pii_kinds=["card", "iban"]).models == ()


def test_an_unknown_fact_restricts_and_never_chooses() -> None:
    unknown = route(CHEAP + LOCAL + HARD, screen__pii_kinds=UNKNOWN, message__length=UNKNOWN)

    assert unknown.models == ("local",)
    assert set(unknown.unknown) == {"first/local-only", "first/hard"}


def test_the_smallest_bound_on_cost_holds() -> None:
    tight = "- rule: tight\n  when: message.is_first\n  then: {model: {max_cost: 0.02}}\n"

    found = route(CHEAP + tight)

    assert found.max_cost == Decimal("0.02")
    assert found.temperature == 0.2


def test_a_route_can_be_kept_as_json() -> None:
    told = route(CHEAP).to_dict()

    assert told["models"] == ["cheap", "strong"]
    assert told["max_cost"] == "0.10"
    assert told["tried"][0]["state"] == "true"
