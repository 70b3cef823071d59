"""Limits are honoured before they are hit, and a misread header never stops an account for long."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from connectors.errors import (
    RateLimited,
    RetryLater,
)
from connectors.limits import EVERY_CALL, Budget, LocalLimits, answered_at, budgets, retry_after
from tests.connectors.loopback import Loopback, answers, http_answer

SECRET = "a-token-that-nobody-may-see"


class TestLimits:
    async def test_a_call_waits_for_nothing_while_there_is_room(self) -> None:
        left = {"x-rate-limit": "700", "x-rate-limit-remaining": "400"}
        async with Loopback(answers(http_answer(body=[], headers=left))) as server:
            client = server.client()
            for _ in range(5):
                await client.get("/x")

        assert len(server.requests) == 5

    async def test_the_limit_is_honoured_before_it_is_hit(self) -> None:
        left = {"ratelimit-limit": "100", "ratelimit-remaining": "5", "ratelimit-reset": "41"}
        async with Loopback(answers(http_answer(body=[], headers=left))) as server:
            client = server.client()
            await client.get("/x")
            with pytest.raises(RateLimited) as caught:
                await client.get("/y")

        assert isinstance(caught.value, RetryLater)
        assert 40 < (caught.value.retry_after or 0) <= 41
        assert len(server.requests) == 1

    async def test_a_short_wait_is_waited_out(self) -> None:
        left = http_answer(body=[], headers={"ratelimit-remaining": "0", "ratelimit-reset": "1"})
        async with Loopback(answers(left, http_answer(body=[]))) as server:
            client = server.client()
            await client.get("/x")
            began = time.monotonic()
            await client.get("/x")

        assert 0.8 < time.monotonic() - began < 10

    async def test_clients_that_share_their_limits_stop_together(self) -> None:
        shared = LocalLimits()
        await shared.tell([Budget("GET /tickets/*", remaining=0, resets_in=30)])
        async with Loopback(answers(http_answer(body=[]))) as server:
            first, second = server.client(limits=shared), server.client(limits=shared)
            with pytest.raises(RateLimited):
                await first.get("/tickets/1")
            with pytest.raises(RateLimited):
                await second.get("/tickets/2")
            assert await second.get("/users/me") == []


class TestBudgets:
    async def test_zendesk_headers_tell_of_the_account_and_of_one_endpoint(self) -> None:
        headers = httpx.Headers(
            {
                "X-Rate-Limit": "700",
                "X-Rate-Limit-Remaining": "699",
                "ratelimit-reset": "41",
                "Zendesk-RateLimit-Tickets-Index": "total=100; remaining=99; resets=40",
            }
        )

        assert budgets(headers, "GET /tickets") == [
            Budget("GET /tickets", 99, 40.0, 100, "zendesk-ratelimit-tickets-index"),
            Budget(EVERY_CALL, 699, 41.0, 700),
        ]

    def test_a_reset_may_be_a_time(self) -> None:
        headers = {"x-ratelimit-remaining": "3", "x-ratelimit-reset": str(time.time() + 20)}

        assert budgets(headers, "GET /x")[0].resets_in == pytest.approx(20, abs=1)

    def test_a_reset_may_be_a_time_in_words(self) -> None:
        in_a_while = (datetime.now(UTC) + timedelta(seconds=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {"x-ratelimit-remaining": "3", "x-ratelimit-reset": in_a_while}

        assert budgets(headers, "GET /x")[0].resets_in == pytest.approx(20, abs=1.5)

    @pytest.mark.parametrize("value", ["", "many", "nan", "-1", "inf"])
    def test_a_header_that_makes_no_sense_tells_nothing(self, value: str) -> None:
        assert budgets({"ratelimit-remaining": value}, "GET /x") == []

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("7", 7),
            ("0.5", 0.5),
            ("-3", 0),
            ("1e9", 86400),
            ("nan", None),
            ("inf", None),
            ("soon", None),
            (None, None),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 01 Jan 1970 00:00:00", None),
        ],
    )
    def test_retry_after_is_seconds_within_a_day(self, value: str | None, seconds: float | None) -> None:
        assert retry_after(value) == seconds

    def test_retry_after_may_be_a_date(self) -> None:
        in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)

        assert retry_after(in_a_minute) == pytest.approx(60, abs=2)

    def test_a_date_is_held_against_the_clock_of_the_help_desk_and_not_ours(self) -> None:
        theirs = datetime.now(UTC) - timedelta(hours=1)
        headers = {"date": format_datetime(theirs, usegmt=True)}
        in_a_minute = format_datetime(theirs + timedelta(seconds=60), usegmt=True)
        reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(theirs.timestamp()) + 60), **headers}

        assert retry_after(in_a_minute, answered_at(headers)) == 60
        assert [budget.resets_in for budget in budgets(reset, "GET /x")] == [pytest.approx(60, abs=1)]

    @pytest.mark.parametrize("date", ["", "soon", "Thu, 01 Jan 1970 00:00:00", "\x00"])
    def test_an_answer_without_a_date_was_given_now(self, date: str) -> None:
        assert abs(datetime.now(UTC) - answered_at({"date": date})) < timedelta(seconds=2)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Total": "400", "X-RateLimit-Remaining": "31"},
        {"X-RateLimit-Limit-Minute": "400", "X-RateLimit-Remaining-Minute": "31"},
    ],
    ids=["Freshdesk", "Help Scout"],
)
def test_header_that_counts_down_is_known_in_each_spelling(headers: dict[str, str]) -> None:
    (budget,) = budgets(httpx.Headers(headers), "GET /x")

    assert (budget.scope, budget.remaining, budget.total) == (EVERY_CALL, 31, 400)


class TestLocalLimits:
    async def test_calls_are_counted_between_answers(self) -> None:
        limits = LocalLimits()
        await limits.tell([Budget(EVERY_CALL, remaining=2, resets_in=30)])

        waits = [await limits.ask("GET /x") for _ in range(3)]

        assert waits[:2] == [0, 0]
        assert 29 < waits[2] <= 30

    async def test_a_used_up_endpoint_does_not_stop_another(self) -> None:
        limits = LocalLimits()
        await limits.tell([Budget("GET /incremental", remaining=0, resets_in=30)])

        assert await limits.ask("GET /incremental") > 0
        assert await limits.ask("GET /tickets/*") == 0

    async def test_a_window_that_is_over_counts_no_more(self) -> None:
        now = [100.0]
        limits = LocalLimits(clock=lambda: now[0])
        await limits.tell([Budget(EVERY_CALL, remaining=0, resets_in=30)])
        now[0] += 30

        assert await limits.ask("GET /x") == 0

    async def test_a_misread_header_stops_nobody_for_longer_than_a_minute(self) -> None:
        limits = LocalLimits()
        await limits.tell([Budget(EVERY_CALL, remaining=0, resets_in=1e12)])

        assert await limits.ask("GET /x") <= 60


@pytest.mark.parametrize(
    ("told", "left"), [("api-usage=18/5000", 4982), ("api-usage=5001/5000; per-app-api-usage=17/250(appName=x)", 0)]
)
def test_calls_that_were_used_up_leave_the_rest(told: str, left: int) -> None:
    (budget,) = budgets({"sforce-limit-info": told}, "GET /x")

    assert (budget.scope, budget.remaining, budget.total) == (EVERY_CALL, left, 5000)


def test_limits_of_some_seconds_and_of_a_day_are_told_apart() -> None:
    headers = {
        "X-HubSpot-RateLimit-Max": "190",
        "X-HubSpot-RateLimit-Remaining": "12",
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Daily": "250000",
        "X-HubSpot-RateLimit-Daily-Remaining": "99",
    }

    assert budgets(httpx.Headers(headers), "GET /x") == [
        Budget(EVERY_CALL, 12, 10.0, 190, "interval"),
        Budget(EVERY_CALL, 99, 60.0, 250_000, "day"),
    ]
