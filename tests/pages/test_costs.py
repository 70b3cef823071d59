"""The page of costs: what it adds up, what it does not know, who sees it, and what is downloaded."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from gateway.access.people import Person, Right
from gateway.access.visitor import Visitor
from gateway.ledger.attempt import AttemptOutcome
from gateway.pages.costs.asked import Asked
from gateway.pages.costs.gathered import Gathered
from gateway.pages.costs.showing import PARTS, part_or_why
from gateway.store import audit
from gateway.store.database import Database
from gateway.store.reports.overview import TooMuch, looking
from tests.pages.costs import UNKNOWN, ticket, usd
from tests.pages.reading import Page
from tests.pages.steps import FAILED_CALL

ATTACK = '=cmd|"/c calc"!A1 <script>alert(1)</script> {{ 7 * 7 }} \u202egnp'
FILES = ("figures", *PARTS)


async def read(browser: httpx.AsyncClient, path: str = "/costs") -> Page:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


async def rows_of(browser: httpx.AsyncClient, name: str, query: str = "") -> list[dict[str, Any]]:
    answer = await browser.get(f"/costs/{name}.json{query}")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def figures(browser: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    return {row["figure"]: row["value"] for row in await rows_of(browser, "figures", query)}


async def test_the_page_is_sound_without_scripts_and_inline_styles(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await ticket(database, "1", [usd("0.5"), UNKNOWN], days=1, outcome="sent_as_is")

    answer = await browser.get("/costs")

    page = Page(answer.text)
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    assert "script" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "/costs" in page.links
    assert {f"/costs/{name}.{kind}" for name in FILES for kind in ("csv", "json")} <= set(page.links)


async def test_the_first_row_is_what_the_ledger_says(browser: httpx.AsyncClient, database: Database) -> None:
    await ticket(database, "1", [usd("0.10"), FAILED_CALL], outcome="sent_as_is")
    await database.run("update attempt set bound_usd = 0.01 where outcome = 'timeout'")
    await ticket(database, "2", [usd("0.20")], outcome="light_edit")
    await ticket(database, "3", [usd("0.60")], outcome="rewritten")
    await database.run("update run set waited_ms = 500, took_ms = 1500, step_ms = '{\"draft\": 1400}' where id > 0")

    told = await figures(browser)

    assert told["spent_in_month"] == "0.91"
    assert told["cost_per_ticket_median"] == "0.2"
    assert told["cost_per_accepted_draft"] == "0.455"
    assert told["p95_seconds_to_draft"] == 2.0
    assert told["share_of_errors"] == 0.25
    assert told["unpriced_calls"] == 1


async def test_a_call_without_a_price_is_unknown_and_counts_at_its_bound(
    browser: httpx.AsyncClient, database: Database
) -> None:
    run_id = await ticket(database, "9", [usd("0.10"), UNKNOWN])

    page = await read(browser)

    (dear,) = await rows_of(browser, "dearest")
    assert (dear["known_usd"], dear["unpriced_calls"], dear["at_most_usd"]) == ("0.1", 1, "0.1119")
    (call,) = await rows_of(browser, "unpriced")
    assert (call["model"], call["cost_usd"], call["at_most_usd"]) == ("house/llama", None, "0.0119")
    day = (await rows_of(browser, "spend"))[-1]
    assert (day["usd gpt-5-mini"], day["usd house/llama"], day["unpriced_at_most_usd"]) == ("0.1", None, "0.0119")
    assert "0.1119 USD at most" in page.text
    assert {f"/runs/{run_id}", "/tickets/acme/9"} <= set(page.links)
    assert '<dd class="alarm-text">' in (await browser.get("/costs")).text


async def test_without_a_bound_nobody_knows_the_sum(browser: httpx.AsyncClient, database: Database) -> None:
    await ticket(database, "8", [usd("0.10")])
    await ticket(database, "9", [usd("0.01")], days=0, outcome="sent_as_is")
    await database.run(
        "update attempt set cost_usd = null, bound_usd = null, price_state = 'unpriced' where cost_usd < 0.1"
    )

    told = await figures(browser)

    assert told["spent_in_month"] is None
    assert told["cost_per_accepted_draft"] is None
    assert [row["ticket_id"] for row in await rows_of(browser, "dearest")] == ["9", "8"]
    assert "not known" in (await read(browser)).text


async def test_nothing_red_where_every_call_has_a_price(browser: httpx.AsyncClient, database: Database) -> None:
    await ticket(database, "1", [usd("0.1")])

    text = (await browser.get("/costs")).text

    assert "alarm-text" not in text.split("</dl>")[0]
    assert "Every call of this time has a price." in text


async def test_filters_narrow_everything_and_stay_in_the_links(browser: httpx.AsyncClient, database: Database) -> None:
    await ticket(database, "1", [usd("0.1", "gpt-5")], queue="billing")
    await ticket(database, "2", [usd("0.2")], queue="orders")
    await ticket(database, "3", [usd("0.4")], account="acme-auto")
    await ticket(database, "4", [usd("0.8")], days=20)

    for query, spent in {
        "?account=acme&period=7d": Decimal("0.3"),
        "?queue=orders&period=7d": Decimal("0.2"),
        "?model=gpt-5": Decimal("0.1"),
        "?period=90d": Decimal("1.5"),
        "?account=nobody": Decimal(0),
    }.items():
        rows = await rows_of(browser, "dearest", query)
        assert sum((Decimal(row["at_most_usd"]) for row in rows), Decimal(0)) == spent, query

    page = await read(browser, "/costs?queue=orders&period=7d")
    assert "/costs/spend.csv?period=7d&queue=orders" in page.links
    assert (await rows_of(browser, "tickets", "?queue=orders"))[-1]["tickets"] == 1


@pytest.mark.parametrize("period", ["8d", "2026-13", "1999-01", "yesterday", "7d "])
async def test_a_period_that_is_none_is_refused(browser: httpx.AsyncClient, period: str) -> None:
    assert (await browser.get("/costs", params={"period": period})).status_code == 422


@pytest.mark.parametrize("query", ["", "?period=2024-02", "?account=acme&queue=none", "?period=2098-01"])
async def test_an_empty_time_says_so_and_what_to_look_at(browser: httpx.AsyncClient, query: str) -> None:
    page = await read(browser, f"/costs{query}")

    assert page.faults == []
    assert "No model was called and no ticket came in" in page.text
    assert [link for link in page.links if link.startswith("/costs?period=")]
    for name in FILES:
        assert (await browser.get(f"/costs/{name}.csv{query}")).status_code == 200


async def test_names_of_strangers_stay_text_and_never_become_formulas(
    browser: httpx.AsyncClient, database: Database
) -> None:
    run_id = await ticket(database, '=4"><b>', [UNKNOWN], account=ATTACK, queue=ATTACK)
    await database.run("update attempt set model = %(attack)s", {"attack": ATTACK})
    topics = psycopg.types.json.Jsonb({"topics": {ATTACK: 0.9}})
    await database.run("update step set data = %(topics)s where name = 'screen'", {"topics": topics})

    page = await read(browser)
    filtered = await browser.get("/costs", params={"account": ATTACK, "queue": ATTACK, "model": ATTACK})

    for shown in (page, Page(filtered.text)):
        assert {"script", "b"}.isdisjoint(shown.tags)
        assert shown.faults == []
    assert "{{ 7 * 7 }}" in page.text
    assert f"/runs/{run_id}" in page.links
    for name in FILES:
        cells = list(csv.reader(io.StringIO((await browser.get(f"/costs/{name}.csv")).text)))
        assert not [cell for row in cells for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))], name
        assert "\u202e" not in str(cells)


async def test_a_download_is_what_was_seen_and_is_on_record(browser: httpx.AsyncClient, database: Database) -> None:
    await ticket(database, "1", [usd("0.123456789")])

    answer = await browser.get("/costs/spend.csv?period=7d")

    assert answer.headers["content-disposition"] == 'attachment; filename="costs-spend-7d.csv"'
    headings, *rows = csv.reader(io.StringIO(answer.text))
    assert headings == ["day", "usd gpt-5-mini", "unpriced_at_most_usd", "unpriced_calls", "calls"]
    assert rows[-1] == [f"{datetime.now(UTC):%Y-%m-%d}", "0.123456789", "0", "0", "1"]
    assert [row["day"] for row in await rows_of(browser, "spend", "?period=7d")] == [row[0] for row in rows]
    entries = [entry async for entry in audit.entries(database)]
    assert {"costs spend"} == {one.act.on_what for one in entries if one.act.act == "export"}


@pytest.mark.parametrize("file", ["passwords.csv", "spend.xlsx", "spend", "..%2Fspend.csv"])
async def test_there_is_no_other_file(browser: httpx.AsyncClient, file: str) -> None:
    assert (await browser.get(f"/costs/{file}")).status_code in (404, 422)


class TestSomebodyOfOneAccount:
    @pytest.fixture
    def visitor(self) -> Visitor:
        return Visitor(Person("ops", "Ops", rights=frozenset({Right.OPS}), accounts=frozenset({"acme-auto"})))

    async def test_sees_nothing_of_the_others(self, browser: httpx.AsyncClient, database: Database) -> None:
        await ticket(database, "1", [usd("0.777", "secret-model"), UNKNOWN], queue="secret-queue")
        await ticket(database, "2", [usd("0.1")], account="acme-auto")

        for query in ("", "?account=acme", "?queue=secret-queue", "?model=secret-model"):
            for name in FILES:
                rows = str(await rows_of(browser, name, query))
                assert "'acme'" not in rows, (name, query)
                assert "0.777" not in rows, (name, query)
        page = await read(browser)
        assert "secret" not in page.text
        assert (await figures(browser))["spent_in_month"] == "0.1"

    async def test_is_not_told_the_budget_of_everybody(self, browser: httpx.AsyncClient, database: Database) -> None:
        assert [row["budget"] for row in await rows_of(browser, "budgets")] == ["auto-day"]


async def test_budgets_tell_what_is_used_and_how_the_month_will_end(
    browser: httpx.AsyncClient, database: Database
) -> None:
    for days in (1, 2, 3):
        await ticket(database, f"{days}", [usd("0.01")], days=days)

    rows = {row["budget"]: row for row in await rows_of(browser, "budgets")}

    assert set(rows) == {"everything", "acme-month", "auto-day", "each-ticket"}
    assert rows["auto-day"]["used_usd"] == "0"
    assert rows["each-ticket"]["tickets_used_up"] == 0
    assert Decimal(rows["acme-month"]["forecast_usd"]) >= Decimal(rows["acme-month"]["used_usd"])
    assert "everything" in (await read(browser)).text


async def test_errors_and_fallbacks_have_a_share_only_on_days_with_calls(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await ticket(database, "1", [FAILED_CALL, usd("0.1", fallback=1), usd("0.1"), usd("0.1")], days=1)
    await ticket(database, "2", [usd("0.1", outcome=AttemptOutcome.OK)], days=3)

    days = (await rows_of(browser, "rates", "?period=7d"))[-4:]

    assert [day["failed_share"] for day in days] == [0.0, None, 0.25, None]
    assert days[2]["fallback_share"] == 0.25
    assert "no call" in (await read(browser, "/costs?period=7d")).text


async def test_the_steps_of_a_day_add_up_to_the_whole(browser: httpx.AsyncClient, database: Database) -> None:
    run_id = await ticket(database, "1", [usd("0.1")])
    await database.run("update run set waited_ms = 100, took_ms = 3000 where id = %(run)s", {"run": run_id})

    day = (await rows_of(browser, "times"))[-1]

    parts = [value for name, value in day.items() if name.startswith("mean_")]
    assert sum(parts) == pytest.approx(3100)
    assert day["median_ms"] == day["p95_ms"] == pytest.approx(3100)


async def test_what_takes_too_long_is_left_out_and_the_rest_is_told(database: Database) -> None:
    await ticket(database, "1", [usd("0.1")])
    asked = Asked(datetime.now(UTC))
    async with (
        await psycopg.AsyncConnection.connect(database.url) as elsewhere,
        looking(database, within=20, each=0.5) as look,
    ):
        await elsewhere.execute("lock table outcome in access exclusive mode")
        gathered = Gathered(look, asked, None)

        with pytest.raises(TooMuch):
            await gathered.costs()
        dearest, spend = await part_or_why(gathered, "dearest"), await part_or_why(gathered, "spend")

    assert "shorter period" in dearest.empty
    assert not dearest.sheet.rows
    assert spend.sheet.rows[-1][-1] == 1


async def test_a_month_has_all_its_days_until_today(browser: httpx.AsyncClient, database: Database) -> None:
    await ticket(database, "1", [usd("0.1")], days=1)
    yesterday = datetime.now(UTC) - timedelta(days=1)

    rows = await rows_of(browser, "spend", f"?period={yesterday:%Y-%m}")

    assert rows[0]["day"] == f"{yesterday:%Y-%m}-01"
    assert sum(row["calls"] for row in rows) == 1
