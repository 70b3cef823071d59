"""What reports read from the rows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.errors import NotFound
from gateway.ledger.attempt import PriceState
from gateway.records import RunState
from gateway.store import outcomes
from gateway.store.database import Database
from gateway.store.outcomes import Found
from gateway.store.reports import (
    Cost,
    duration,
    run_list,
    run_story,
    since,
    ticket_costs,
    ticket_story,
)
from gateway.store.reports.amounts import NotATime
from gateway.store.reports.placeholders import Mask
from tests.pages.kept import CARD, NAME
from tests.pages.rows import arrive, everything, walk
from tests.pages.steps import FAILED_CALL, Call, Plan

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class TestRuns:
    async def test_every_event_is_a_line_also_before_a_worker_begins(self, database: Database) -> None:
        made = await everything(database)

        lines, older = await run_list(database)

        assert [line.run_id for line in lines] == sorted(made.values(), reverse=True)
        assert older is None
        states = {name: line.state for name, run_id in made.items() for line in lines if line.run_id == run_id}
        assert (states["waiting"], states["walking"], states["failed"]) == ("waiting", "walking", "failed")

    async def test_pages_join_without_gap_or_repeat(self, database: Database) -> None:
        made = [await arrive(database, Plan()) for _ in range(5)]

        seen: list[int] = []
        before: int | None = None
        while True:
            lines, before = await run_list(database, limit=2, before=before)
            seen += [line.run_id for line in lines]
            if before is None:
                break

        assert seen == made[::-1]

    @pytest.mark.parametrize(
        ("chosen", "names"),
        [
            ({"account": "acme-auto"}, {"sent"}),
            ({"ticket_id": "4411"}, {"superseded", "shown"}),
            ({"state": "waiting"}, {"waiting"}),
            ({"verdict": "withhold"}, {"withheld"}),
            ({"account": "acme-auto", "verdict": "review"}, set()),
        ],
    )
    async def test_filters_narrow_the_list(self, database: Database, chosen: dict[str, str], names: set[str]) -> None:
        made = await everything(database)

        lines, _ = await run_list(database, **chosen)  # type: ignore[arg-type]

        assert {line.run_id for line in lines} == {made[name] for name in names}

    async def test_since_counts_from_the_arrival(self, database: Database) -> None:
        made = await everything(database)

        lines, _ = await run_list(database, since=datetime.now(UTC) - timedelta(hours=4))

        assert made["sent"] not in {line.run_id for line in lines}
        assert made["withheld"] in {line.run_id for line in lines}

    async def test_the_cost_of_a_line_is_that_of_its_attempts(self, database: Database) -> None:
        await walk(database, Plan(calls=[Call(cost=Decimal("0.000000000001")), Call(cost=Decimal("0.3"))]))

        [line], _ = await run_list(database)

        assert line.known_usd == Decimal("0.300000000001")
        assert line.cost == Cost(Decimal("0.300000000001"), 0)


class TestStory:
    async def test_the_values_behind_placeholders_are_nowhere_in_it(self, database: Database) -> None:
        story = await run_story(database, await walk(database))

        told = repr(story)
        for value in (NAME, "Marta", CARD, "marta@example.com", "Jo Agent", "entries", "third contact"):
            assert value not in told
        assert story.steps["draft"].content["marked"].startswith("Hi <PERSON_1>,")
        assert story.steps["draft"].content["open_questions"] == ["Does <PERSON_1> want a new tent instead?"]

    async def test_without_the_values_no_restored_text_is_told(self, database: Database) -> None:
        run_id = await walk(database)
        await database.run("update content set body = body - 'vault' where kind = 'screen'")

        story = await run_story(database, run_id)

        assert list(story.steps["draft"].content) == ["masked"]
        assert NAME not in repr(story)

    async def test_it_has_every_part_of_a_whole_run(self, database: Database) -> None:
        run_id = await walk(database)
        await outcomes.keep(database, run_id, Found("sent_as_is", 1.0, 1.0, "m9", "agent"))

        story = await run_story(database, run_id)

        assert list(story.steps) == ["context", "screen", "ground", "draft", "check", "decide"]
        assert story.event["delivery_size"] == 16
        assert [write["state"] for write in story.writes] == ["written"]
        assert story.outcome
        assert story.outcome["kind"] == "sent_as_is"
        assert story.draft
        assert story.draft["state"] == "closed"
        assert story.cost == Cost(Decimal("0.002134"), 0)

    async def test_a_run_that_does_not_exist_is_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound):
            await run_story(database, 4711)


class TestTicket:
    async def test_it_tells_the_newest_draft_that_is_not_superseded(self, database: Database) -> None:
        drafted = await walk(database)
        newest = await walk(database, Plan(upto="context", state=RunState.NOTHING, reason="own note"))

        ticket = await ticket_story(database, "acme", "4411")

        assert [run.run_id for run in ticket.runs] == [newest, drafted]
        assert ticket.latest.event["id"] == drafted
        assert ticket.cost == Cost(Decimal("0.002134"), 0)

    async def test_the_same_number_at_another_account_is_another_ticket(self, database: Database) -> None:
        await walk(database)

        with pytest.raises(NotFound):
            await ticket_story(database, "acme-auto", "4411")


class TestTicketCosts:
    async def test_money_and_tokens_are_those_of_all_runs_and_times_those_of_the_draft(
        self, database: Database
    ) -> None:
        drafted = await walk(database, Plan(calls=[FAILED_CALL, Call()]))
        await walk(database, Plan(upto="draft", state=RunState.SUPERSEDED, calls=[Call()]))

        [line] = await ticket_costs(database, since=LONG_AGO)

        assert (line.runs, line.attempts, line.input_tokens, line.output_tokens) == (2, 3, 2408, 376)
        assert (line.known_usd, line.unpriced_attempts, line.uncounted_attempts) == (Decimal("0.004268"), 1, 1)
        assert (line.run_id, line.verdict, line.draft_state) == (drafted, "review", "shown")
        assert line.step_ms
        assert line.took_ms == pytest.approx(sum(line.step_ms.values()))

    async def test_the_sums_equal_the_attempts(self, database: Database) -> None:
        await everything(database)

        lines = await ticket_costs(database, since=LONG_AGO)

        row = await database.one("select sum(cost_usd) as usd, sum(input_tokens) as tokens, count(*) as n from attempt")
        assert row
        assert sum(line.known_usd or 0 for line in lines) == row["usd"]
        assert sum(line.input_tokens or 0 for line in lines) == row["tokens"]
        assert sum(line.attempts for line in lines) == row["n"]

    async def test_a_run_under_way_has_the_steps_it_has(self, database: Database) -> None:
        await walk(database, Plan(upto="ground", state=None))

        [line] = await ticket_costs(database, since=LONG_AGO)

        assert line.took_ms is None
        assert set(line.step_ms or {}) == {"context", "screen", "ground"}

    async def test_tickets_from_before_are_left_out(self, database: Database) -> None:
        await walk(database, ago=timedelta(days=8))

        assert await ticket_costs(database, since=datetime.now(UTC) - timedelta(days=7)) == []


class TestAmounts:
    @pytest.mark.parametrize(
        ("cost", "told"),
        [
            (Cost.of(None, attempts=0, unpriced=0), "0 USD"),
            (Cost.of(Decimal(0), attempts=1, unpriced=0), "0 USD"),
            (Cost.of(None, attempts=2, unpriced=2), "not known"),
            (Cost.of(Decimal("0.0021"), attempts=2, unpriced=1), "at least 0.0021 USD"),
            (Cost.of(Decimal("0.000000412"), attempts=1, unpriced=0), "0.00000041 USD"),
            (Cost.of(Decimal("0.12345"), attempts=1, unpriced=0), "0.1235 USD"),
            (Cost.of(Decimal("1234.5"), attempts=1, unpriced=0), "1,234.50 USD"),
            (Cost.total([Cost(None, 1), Cost(Decimal(1), 0)]), "at least 1.00 USD"),
            (Cost.total([]), "0 USD"),
        ],
    )
    def test_money_says_what_is_known(self, cost: Cost, told: str) -> None:
        assert str(cost) == told

    def test_a_free_call_costs_nothing(self) -> None:
        call = {"cost_usd": None, "price_state": PriceState.FREE, "outcome": "ok"}

        assert str(Cost.of_calls([call])) == "0 USD"

    @pytest.mark.parametrize(
        ("ms", "told"),
        [
            (None, "not known"),
            (0.04, "0.0 ms"),
            (0.44, "0.4 ms"),
            (340, "340 ms"),
            (999.6, "1.0 s"),
            (59_940, "59.9 s"),
            (59_960, "1 min"),
            (250_000, "4 min 10 s"),
            (11_100_000, "3 h 5 min"),
        ],
    )
    def test_durations_are_told_as_people_say_them(self, ms: float | None, told: str) -> None:
        assert duration(ms) == told

    def test_a_span_is_counted_back_from_now(self) -> None:
        now = datetime(2026, 11, 8, tzinfo=UTC)

        assert since("7d", now) == datetime(2026, 11, 1, tzinfo=UTC)
        assert since("2026-11-01") == datetime(2026, 11, 1, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["", "soon", "7", "-7d", "7y", "999999d"])
    def test_what_is_no_time_is_refused_with_examples(self, text: str) -> None:
        with pytest.raises(NotATime, match="Write 90m"):
            since(text)


class TestMask:
    def test_values_are_replaced_whole_and_whatever_their_case(self) -> None:
        mask = Mask([["PERSON", "Ana", "<PERSON_1>"], ["PERSON", "Ana Lima", "<PERSON_2>"]])

        assert mask.over(["ana lima and ANA, not banana", 5]) == ["<PERSON_2> and <PERSON_1>, not banana", 5]

    def test_text_that_only_looks_like_a_placeholder_changes_nothing(self) -> None:
        mask = Mask([["LITERAL", "<PERSON_1>", "<LITERAL_1>"], ["PERSON", "Ana", "<PERSON_1>"]])

        assert mask.over("Ana") == "<PERSON_1>"

    @pytest.mark.parametrize("screened", [None, [], {}, {"vault": 5}, {"vault": {"entries": "x"}}])
    def test_without_a_vault_there_is_no_mask(self, screened: object) -> None:
        assert Mask.of(screened) is None
