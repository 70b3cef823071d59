"""What is told of a customer by several systems, and whose word counts."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import Ticket
from gateway.store.reports.disagreements import disagreements
from gateway.telemetry import REGISTRY
from gateway.workflow.definitions import Definition, Differing, Origin, Place, by_tags, known_of
from tests.fakes import REQUESTER, MemoryDesk
from tests.workflow.floor import Floor

TAGS = Origin(Place.TAG, values={"Plan_Enterprise": "enterprise", "plan_basic": "basic"})
FIELD = Origin(Place.FIELD, "plan", {"ENT": "enterprise", "STD": "standard", "BAS": "basic"}, at="plan_since")
COMPANY = Origin(Place.ORGANISATION, values={"Example Ltd": "premium"})
DOMAIN = Origin(Place.DOMAIN, values={"example.com": "free"})
ALL = (TAGS, FIELD, COMPANY, DOMAIN)
CAUTION = ("enterprise", "premium", "standard", "basic", "free")


def ticket(**more: Any) -> Ticket:
    desk = MemoryDesk()
    desk.open("7", "A question")
    return replace(desk.tickets["7"], **more)


def told(found: Ticket, differing: Differing = Differing.FIRST, origins: tuple[Origin, ...] = ALL) -> tuple[Any, ...]:
    (known,) = known_of([Definition("requester.tier", origins, differing, CAUTION)], found)
    return known.value, known.origin, [(word.value, word.origin) for word in known.others]


def test_the_first_source_that_says_something_counts_and_the_others_are_kept() -> None:
    found = ticket(tags=("parcel", "plan_basic"), fields={"plan": "ent"})

    assert told(found) == ("basic", "tag plan_basic", [("enterprise", "field plan"), ("free", "domain")])


def test_a_source_that_is_silent_or_speaks_of_something_else_has_no_word() -> None:
    found = ticket(tags=("parcel",), fields={"plan": "no such plan"}, requester=replace(REQUESTER, email=None))

    assert known_of([Definition("requester.tier", ALL)], found) == []


def test_the_most_cautious_value_counts_where_that_was_asked_for() -> None:
    found = ticket(tags=("plan_basic",), requester=replace(REQUESTER, organisation="example ltd"))

    assert told(found, Differing.MOST_CAUTIOUS)[:2] == ("premium", "organisation")


def test_a_value_whose_caution_nobody_declared_counts_as_the_most_cautious() -> None:
    odd = Origin(Place.FIELD, "plan")

    found = ticket(tags=("plan_enterprise",), fields={"plan": "platinum"})

    assert told(found, Differing.MOST_CAUTIOUS, (TAGS, odd))[0] == "platinum"


@pytest.mark.parametrize("since", ["2026-11-01T10:00:00Z", "2026-11-01", 1_793_527_200])
def test_the_newest_value_counts_where_its_time_is_known(since: object) -> None:
    found = ticket(tags=("plan_basic",), fields={"plan": "ENT", "plan_since": since})

    assert told(found, Differing.NEWEST)[0] == "enterprise"


def test_without_any_time_the_order_counts() -> None:
    found = ticket(tags=("plan_basic",), fields={"plan": "ENT", "plan_since": "last week"})

    assert told(found, Differing.NEWEST)[0] == "basic"


def test_two_tags_that_say_different_things_differ() -> None:
    found = ticket(tags=("plan_basic", "plan_enterprise"), requester=replace(REQUESTER, email=None))

    assert told(found) == ("basic", "tag plan_basic", [("enterprise", "tag plan_enterprise")])


def test_sources_that_agree_are_one_word() -> None:
    found = ticket(tags=("plan_enterprise",), fields={"plan": "ENT"}, requester=replace(REQUESTER, email=None))

    assert told(found) == ("enterprise", "tag plan_enterprise", [])


async def test_a_disagreement_is_kept_counted_and_listed(floor: Floor) -> None:
    before = REGISTRY.get_sample_value(*COUNTER) or 0.0
    floor.set(definitions=(Definition("requester.tier", (TAGS, DOMAIN)), by_tags("requester.region", {"eu": "eu"})))
    floor.desk.open("7", "When does my parcel arrive?")
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], tags=("plan_basic", "eu"))
    event = await floor.arrive()

    await floor.walk(event)

    (line,) = await disagreements(floor.database, since=datetime(2020, 1, 1, tzinfo=UTC))
    assert (line.fact, line.value, line.origin) == ("requester.tier", "basic", "tag plan_basic")
    assert (line.other, line.other_origin, line.tickets, line.run_id) == ("free", "domain", 1, event)
    assert (REGISTRY.get_sample_value(*COUNTER) or 0.0) == before + 1
    facts = await floor.only("select c.body from decision d join content c on c.id = d.facts_id")
    assert (facts["body"]["requester.tier"], facts["body"]["requester.region"]) == ("basic", "eu")


COUNTER = ("countersign_fact_disagreements_total", {"account": "acme", "fact": "requester.tier"})
