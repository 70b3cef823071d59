"""`facts` of an account in countersign.yaml."""

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.bootstrap.definitions import definitions_of
from gateway.settings import AccountEntry
from gateway.workflow.definitions import Differing, Place

TAGS = {"tags": {"plan_enterprise": "enterprise"}}
FIELD = {"field": "plan", "values": {"STD": "standard"}}


def account(**more: Any) -> AccountEntry:
    owner = {"team": "Care", "contact": "care@example.com"}
    return AccountEntry.model_validate(
        {"connector": "sandbox", "owner": owner, "base_url": "https://desk.example", **more}
    )


def test_sources_stand_in_their_order_with_what_their_words_mean() -> None:
    told = {"sources": [FIELD, TAGS, {"organisation": {"Acme": "premium"}}, {"domain": {"acme.example": "premium"}}]}

    (found,) = definitions_of(account(facts={"tier": told}))

    assert (found.fact, found.differing) == ("requester.tier", Differing.FIRST)
    assert [origin.place for origin in found.origins] == [Place.FIELD, Place.TAG, Place.ORGANISATION, Place.DOMAIN]
    assert (found.origins[0].name, found.origins[0].values) == ("plan", {"STD": "standard"})


def test_tiers_are_the_short_form_of_a_tier_that_tags_tell() -> None:
    short = definitions_of(account(tiers={"plan_enterprise": "enterprise"}))

    assert short == definitions_of(account(facts={"tier": {"sources": [TAGS]}}))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"tier": {"sources": []}}, "at least 1"),
        ({"tier": {"sources": [{"tags": {"a": "b"}, "field": "plan"}]}}, "give one of tags, field"),
        ({"tier": {"sources": [{"at": "since"}]}}, "give one of tags, field"),
        ({"tier": {"sources": [{**TAGS, "values": {"a": "b"}}]}}, "values belongs to a field"),
        ({"tier": {"sources": [FIELD], "when_they_differ": "newest"}}, "no source has at"),
        ({"tier": {"sources": [TAGS, FIELD], "when_they_differ": "most_cautious"}}, "enterprise, standard is missing"),
        ({"size": {"sources": [TAGS]}}, "tier"),
    ],
)
def test_what_cannot_be_told_is_a_sentence(facts: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        account(facts=facts)


def test_a_tier_is_told_once() -> None:
    with pytest.raises(ValidationError, match="told twice"):
        account(tiers={"a": "b"}, facts={"tier": {"sources": [TAGS]}})
