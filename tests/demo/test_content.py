"""What the demo plays is whole and invented: every kind of ticket is there, and nobody real is in it."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import phonenumbers
import pytest
import yaml

from gateway.demo.scenario import Ending, FollowUp, Model, Scenario
from gateway.demo.script import ARTICLES, load_scenarios


@pytest.fixture(scope="module")
def scenarios() -> dict[str, Scenario]:
    return {scenario.id: scenario for scenario in load_scenarios()}


@pytest.fixture(scope="module")
def articles() -> dict[str, tuple[dict[str, Any], str]]:
    found = {}
    for path in sorted(ARTICLES.glob("*.md")):
        _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
        found[path.name] = (yaml.safe_load(front), text)
    return found


class TestTheTickets:
    def test_there_are_about_thirty_in_eight_languages(self, scenarios: dict[str, Scenario]) -> None:
        assert 28 <= len(scenarios) <= 40
        assert {s.language for s in scenarios.values()} >= {"en", "de", "fr", "es", "nl", "pl", "pt", "it"}

    def test_every_model_behaviour_and_every_ending_is_played(self, scenarios: dict[str, Scenario]) -> None:
        assert {s.model for s in scenarios.values()} == set(Model)
        expected = {ending for s in scenarios.values() if s.expect for ending in s.expect.verdict}
        assert expected >= {Ending.SEND, Ending.REVIEW, Ending.SUPERSEDED, Ending.NOTHING}

    def test_only_the_automatic_account_sends_and_not_always(self, scenarios: dict[str, Scenario]) -> None:
        sends = {s.id for s in scenarios.values() if s.expect and Ending.SEND in s.expect.verdict}
        automatic = {s.id for s in scenarios.values() if s.account == "demo-auto"}

        assert sends < automatic
        assert 6 <= len(automatic) <= 9

    def test_each_states_what_it_expects(self, scenarios: dict[str, Scenario]) -> None:
        assert [s.id for s in scenarios.values() if s.expect is None] == []

    def test_the_angry_one_has_a_thread_with_two_earlier_questions(self, scenarios: dict[str, Scenario]) -> None:
        history = scenarios["angry-third-contact"].history

        assert [m.author for m in history].count("requester") == 2
        assert any(m.internal for m in history)

    def test_quick_messages_a_faster_agent_and_a_deletion_happen(self, scenarios: dict[str, Scenario]) -> None:
        assert scenarios["two-quick-messages"].follow_ups[0].author == "requester"
        assert scenarios["agent-is-faster"].follow_ups[0].author == "agent"
        assert scenarios["deleted-at-once"].follow_ups == (FollowUp(author="agent", after=0.0, deletes_ticket=True),)

    def test_phone_numbers_are_from_ranges_reserved_for_fiction(self, scenarios: dict[str, Scenario]) -> None:
        reserved = re.compile(r"\+49(3023125|4066969|6990009)\d{3}|\+442079460\d{3}|\+33199\d{6}")
        iban = re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4})+(?: ?\d{1,3})?\b")  # its digits can look like a number
        text = iban.sub("", "\n".join(s.body for s in scenarios.values()))
        matches = [m for region in ("DE", "GB") for m in phonenumbers.PhoneNumberMatcher(text, region)]
        found = [phonenumbers.format_number(m.number, phonenumbers.PhoneNumberFormat.E164) for m in matches]

        assert len(found) >= 3
        assert [number for number in found if not reserved.fullmatch(number)] == []


class TestTheArticles:
    def test_each_has_complete_front_matter_and_a_realistic_length(self, articles: dict[str, Any]) -> None:
        for name, (front, text) in articles.items():
            assert set(front) == {"title", "url", "language", "audience", "owner", "updated"}, name
            assert front["url"].startswith("https://help.hollintarn.example/"), name
            assert front["audience"] in {"public", "internal"}, name
            assert isinstance(front["updated"], date), name
            assert 150 <= len(text.split()) <= 500, name

    def test_no_two_share_a_title_or_an_address(self, articles: dict[str, Any]) -> None:
        assert len({front["title"] for front, _ in articles.values()}) == len(articles)
        assert len({front["url"] for front, _ in articles.values()}) == len(articles)

    def test_three_are_internal_and_say_so_twice(self, articles: dict[str, Any]) -> None:
        by_title = {name for name, (front, _) in articles.items() if front["title"].startswith("Internal:")}
        by_audience = {name for name, (front, _) in articles.items() if front["audience"] == "internal"}

        assert len(by_title) == 3
        assert by_title == by_audience

    def test_there_are_german_and_french_ones(self, articles: dict[str, Any]) -> None:
        languages = [front["language"] for front, _ in articles.values()]

        assert languages.count("de") >= 3
        assert languages.count("fr") == 2

    def test_one_is_old_and_one_sounds_like_an_order(self, articles: dict[str, Any]) -> None:
        two_years_ago = datetime.now(UTC).date() - timedelta(days=730)
        orders = [name for name, (_, text) in articles.items() if "ignore all previous instructions" in text]

        assert articles["customs-and-duties.md"][0]["updated"] < two_years_ago
        assert orders == ["climbing-gear-checks.md"]
