"""What a policy may look at."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import Attachment, Priority, Visibility
from gateway.store.jobs import Lease
from gateway.workflow.context import reading_of
from gateway.workflow.definitions import by_tags
from gateway.workflow.facts import plain, ticket_facts
from gateway.workflow.walk import Walk
from tests.fakes import AGENT, OURSELVES, REQUESTER
from tests.workflow.floor import Floor, built

NOTHING_BEFORE = {"drafts_rejected": 2, "drafts_waiting": 0, "spent_ticket": 0, "spent_day": 0, "spent_month": 0}


@pytest.fixture
async def walk(floor: Floor) -> Walk:
    """A walk of a ticket with one question, before its first step."""
    more = {"vip_tags": ("gold",), "definitions": (by_tags("requester.tier", {"plan-pro": "pro"}),)}
    made = await built(floor.database, floor.desk, more=more)
    opened = await Walk.open(made.line, await made.question(), Lease(0, 0, 0))
    assert opened
    opened.past = NOTHING_BEFORE
    return opened


async def facts(floor: Floor, walk: Walk, **ticket: Any) -> dict[str, Any]:
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], **ticket)
    return ticket_facts(walk, reading_of(await floor.desk.fetch("7")))


async def test_tags_tell_who_is_important_and_on_which_plan(floor: Floor, walk: Walk) -> None:
    told = await facts(floor, walk, tags=("gold", "plan-pro", "parcel"), priority=Priority.HIGH)

    assert (told["requester.vip"], told["requester.tier"]) == (True, "pro")
    assert (told["ticket.tags"], told["ticket.priority"]) == (["gold", "plan-pro", "parcel"], "high")


async def test_without_such_tags_the_requester_is_like_everybody(floor: Floor, walk: Walk) -> None:
    told = await facts(floor, walk)

    assert (told["requester.vip"], told["requester.tier"], told["requester.domain"]) == (False, "", "example.com")


async def test_a_requester_without_an_address_has_no_domain(floor: Floor, walk: Walk) -> None:
    assert (await facts(floor, walk, requester=replace(REQUESTER, email=None)))["requester.domain"] == ""


async def test_contacts_and_reopens_count_public_words_alone(floor: Floor, walk: Walk) -> None:
    floor.desk.say("7", "an internal word", AGENT, Visibility.INTERNAL)
    floor.desk.say("7", "It comes tomorrow.", AGENT)
    floor.desk.say("7", "It did not come.")
    floor.desk.say("7", "Are you there?")
    floor.desk.say("7", "Yes.", OURSELVES)
    floor.desk.say("7", "Well?")

    told = await facts(floor, walk)

    assert (told["history.contacts"], told["history.reopens"], told["message.is_first"]) == (4, 2, False)
    assert told["history.drafts_rejected"] == 2


async def test_the_newest_message_is_measured(floor: Floor, walk: Walk) -> None:
    floor.desk.say("7", "Four")
    messages = list(floor.desk.tickets["7"].messages)
    messages[-1] = replace(messages[-1], attachments=(Attachment("a1", "photo.jpg"),))

    told = await facts(floor, walk, messages=tuple(messages))

    assert (told["message.length"], told["message.attachments"]) == (4, 1)


async def test_fields_of_the_help_desk_are_facts_by_their_own_name(floor: Floor, walk: Walk) -> None:
    assert (await facts(floor, walk, fields={"order_id": "A-1"}))["ticket.fields.order_id"] == "A-1"


def test_times_are_kept_as_text() -> None:
    now = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)

    assert plain({"clock.now": now, "n": 1}) == {"clock.now": "2026-11-01T10:00:00+00:00", "n": 1}
