"""Is the ledger what the provider would bill? Thousands of calls through a stub that counts for itself.

`python -m bench.ledger` holds every row against the stub, to the token and to 1e-9 USD. `--kill` kills the worker at
random meanwhile: what was completed must still be equal, each call that the stub saw must have exactly one row, and
what was abandoned must lie between nothing and its bound. At the end, 64 calls at a time against a budget of 1 USD, in
several rounds."""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from bench.house import ROOT
from bench.ledger_worker import AWAY, CALLS, KINDS, PRICE, Order
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from gateway.store.embedded import EmbeddedPostgres, end_with_parent
from gateway.store.intake import Arrival, accept
from gateway.store.migrate import migrate
from gateway.store.run_rows import RunRows

EXACT = Decimal("1e-9")
LIVES = (1.0, 6.0)  # seconds that a worker lives with --kill, from when it is ready
TOKENS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cached_read_tokens": "cached_tokens",
    "reasoning_tokens": "reasoning_tokens",
    # In and out together, of calls that streamed, were repeated, or were made after another model had failed.
    "streamed_tokens": "streamed_tokens",
    "retried_tokens": "retried_tokens",
    "fallback_tokens": "fallback_tokens",
}
ROWS = """
select model, count(*) as rows, count(*) filter (where outcome = 'abandoned') as abandoned,
  count(*) filter (where error_kind = 'unreachable') as unreachable,
  count(*) filter (where cost_usd is not null) as priced, coalesce(sum(cost_usd), 0) as cost_usd,
  coalesce(sum(bound_usd) filter (where outcome = 'abandoned'), 0) as abandoned_bound,
  coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens,
  coalesce(sum(cached_read_tokens), 0) as cached_read_tokens, coalesce(sum(reasoning_tokens), 0) as reasoning_tokens,
  coalesce(sum(input_tokens + output_tokens) filter (where streamed), 0) as streamed_tokens,
  coalesce(sum(input_tokens + output_tokens) filter (where retry > 0), 0) as retried_tokens,
  coalesce(sum(input_tokens + output_tokens) filter (where fallback > 0), 0) as fallback_tokens
from attempt where run_id = %s group by model
"""
Counted = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--calls", type=int, default=2000, help="at least so many (default: 2000)")
    parser.add_argument("--kill", action="store_true", help="kill the worker again and again while it works")
    parser.add_argument("--seed", type=int, default=None, help="of the moments at which it is killed")
    parser.add_argument("--rounds", type=int, default=5, help="of 64 calls against 1 USD (default: 5)")
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="countersign-ledger-") as temporary, surroundings(Path(temporary)) as bench:
        wrong = bench.calls(asked.calls, chance if asked.kill else None)
        wrong += [line for number in range(asked.rounds) for line in bench.budget(f"budget-{number}")]
    for line in wrong:
        print(f"WRONG: {line}")
    sys.exit(bool(wrong))


class Bench:
    """A database, a stub, and the workers that are started one after the other."""

    def __init__(self, database_url: str, stub_url: str) -> None:
        self._database_url, self._stub_url = database_url, stub_url

    def calls(self, least: int, chance: random.Random | None) -> list[str]:
        """Every draft until it is done, in one life of the worker or in many; then the two counts side by side."""
        run_id, began = asyncio.run(self._run("calls")), time.perf_counter()
        left = set(range(-(-least * len(KINDS) // CALLS)))
        lives = 0
        while left:
            lives += 1
            order = Order(self._database_url, self._stub_url, run_id, lives, sorted(left))
            left -= self._live(order, None if chance is None else chance.uniform(*LIVES))
        abandoned = asyncio.run(self._give_up(run_id)) if lives > 1 else 0
        took = time.perf_counter() - began
        stub = {model: of_its_place(model, one) for model, one in self._served().items()}
        ledger = {row["model"]: row for row in self._rows(ROWS, run_id)}
        wrong = compared(ledger, stub)
        seen, rows = (sum(one[name] for one in of.values()) for of, name in ((stub, "calls"), (ledger, "rows")))
        print(f"{seen:,} calls seen by the stub, {rows:,} rows, {took:.0f} s, {lives} lives of the worker")
        for column, kind in TOKENS.items():
            told = sum(one[column] for one in ledger.values()), sum(one[kind] for one in stub.values())
            print(f"  {column:<20} ledger {told[0]:>12,}   stub {told[1]:>12,}")
        cost, theirs = sum(one["cost_usd"] for one in ledger.values()), sum(map(billed, stub.values()))
        print(f"  {'USD':<20} ledger {cost:>16.9f}   stub {theirs:>16.9f}   difference {cost - theirs:.12f}")
        if abandoned:
            bound = sum(one["abandoned_bound"] for one in ledger.values())
            print(f"  abandoned: {abandoned} rows; they cost {theirs - cost:.9f} USD, and count as {bound:.9f} USD")
        return wrong

    def budget(self, name: str) -> list[str]:
        """Two workers with 32 calls under way each, and money for a part of them."""
        run_id = asyncio.run(self._run(name))
        orders = [
            Order(self._database_url, self._stub_url, run_id, 1000 + worker, list(range(400)), 32, "1", name)
            for worker in range(2)
        ]
        workers = [threading.Thread(target=self._live, args=(order, None)) for order in orders]
        for worker in workers:
            worker.start()
        highest = Decimal(0)
        while any(worker.is_alive() for worker in workers):
            rows = self._rows("select spent_usd + held_usd as used from spending where budget = %s", name)
            highest = max([highest, *(row["used"] for row in rows)])
            time.sleep(0.02)
        (row,) = self._rows("select spent_usd, held_usd from spending where budget = %s", name)
        (made,) = self._rows(
            "select count(*) as n, coalesce(max(bound_usd), 0) as bound from attempt where run_id = %s", run_id
        )
        over = row["spent_usd"] - 1
        print(
            f"64 calls at a time against 1 USD: {made['n']} of 800 were made, at most {made['bound']:.4f} USD each; "
            f"spent {row['spent_usd']:.6f}, highest with calls under way {highest:.6f}, "
            f"overshoot {max(over, Decimal(0)):.6f}"
        )
        return [f"the budget was overshot: {highest}"] if highest > 1 or row["held_usd"] != 0 else []

    def _live(self, order: Order, seconds: float | None) -> set[int]:
        """One life of a worker: the drafts that it has done."""
        done: set[int] = set()
        with subprocess.Popen(
            [sys.executable, "-m", "bench.ledger_worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            preexec_fn=end_with_parent(signal.SIGTERM),
        ) as worker:  # fmt: skip
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(order.to_json() + "\n")
            worker.stdin.flush()
            timer: threading.Timer | None = None
            for line in worker.stdout:
                word, _, number = line.strip().partition(" ")
                if word == "ready" and seconds is not None:
                    timer = threading.Timer(seconds, worker.kill)
                    timer.start()
                elif word == "done":
                    done.add(int(number))
            status = worker.wait()
            if timer is not None:
                timer.cancel()
        if status not in (0, -signal.SIGKILL, AWAY):
            raise SystemExit(f"the worker ended with {status}")
        return done

    def _served(self) -> dict[str, Counted]:
        """What the stub counted, by model."""
        return dict(httpx.get(f"{self._stub_url}/_count", timeout=60).json()["models"])

    async def _run(self, name: str) -> int:
        """The run that all calls belong to."""
        async with self._database() as database:
            arrival = Arrival(name, "message_added", name, "requester", "public", name, datetime.now(UTC), True)
            await accept(database, "bench", [arrival], b"{}", datetime.now(UTC))
            row = await database.one("select max(id) as id from event")
            assert row
            await RunRows(database, row["id"]).open()
            return int(row["id"])

    async def _give_up(self, run_id: int) -> int:
        async with self._database() as database:
            return await AttemptRows(database).give_up(run_id)

    @contextlib.asynccontextmanager
    async def _database(self) -> Any:
        database = Database(self._database_url)
        await database.open()
        yield database
        await database.close()

    def _rows(self, sql: str, *values: Any) -> list[Counted]:
        with psycopg.connect(self._database_url, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(sql, values or None).fetchall()  # type: ignore[arg-type]


def of_its_place(model: str, served: Counted) -> Counted:
    """The stub's count with what it cannot know: whether it was asked again, or in place of another model. A model's
    name tells its behaviour and its draft; one that is `flaky` answers only when it is asked again."""
    behaviour, _, draft = model.rpartition("stub-")[2].partition(":")
    behaviours, _ = KINDS[int(draft.partition("-")[0]) % len(KINDS)]
    tokens = served["input_tokens"] + served["output_tokens"]
    return {
        **served,
        "retried_tokens": tokens if behaviour == "flaky" else 0,
        "fallback_tokens": tokens if behaviours.index(behaviour) else 0,
    }


def billed(served: Counted) -> Decimal:
    """What the stub's own count comes to."""
    uncached = served["input_tokens"] - served["cached_tokens"]
    assert PRICE.cached_read is not None
    return uncached * PRICE.input + served["cached_tokens"] * PRICE.cached_read + served["output_tokens"] * PRICE.output


def compared(ledger: dict[str, Counted], stub: dict[str, Counted]) -> list[str]:
    """Where rows and calls differ, model by model: each belongs to one draft in one life of the worker. A call that
    reached nobody has a row too, and the stub cannot know that the next one repeats it."""
    nothing: Counted = defaultdict(int)
    wrong = [f"{model}: a call without a row" for model in stub.keys() - ledger.keys()]
    for model, rows in ledger.items():
        served = stub.get(model, nothing)
        never_left = rows["rows"] - served["calls"]
        if not rows["unreachable"] <= never_left <= rows["unreachable"] + rows["abandoned"]:
            wrong.append(f"{model}: {rows['rows']} rows, {rows['abandoned']} abandoned, {served['calls']} calls")
        kinds = TOKENS.keys() - ({"retried_tokens", "fallback_tokens"} if rows["unreachable"] else set())
        missing = billed(served) - rows["cost_usd"]
        if rows["abandoned"]:
            if not -EXACT <= missing <= rows["abandoned_bound"]:
                wrong.append(f"{model}: abandoned calls cost {missing} USD, bound {rows['abandoned_bound']}")
        elif abs(missing) > EXACT or any(rows[mine] != served[TOKENS[mine]] for mine in kinds):
            wrong.append(f"{model}: {dict(rows)} against {dict(served)}")
    return wrong


@contextlib.contextmanager
def surroundings(folder: Path) -> Iterator[Bench]:
    """Postgres and the stub. Everything ends with the block."""
    server = EmbeddedPostgres(folder / "postgres")
    try:
        url = server.start()
        migrate(url)
        with subprocess.Popen(
            [sys.executable, "-m", "gateway.demo.stub_model"],
            stdout=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=end_with_parent(signal.SIGTERM), env=os.environ,
        ) as stub:  # fmt: skip
            assert stub.stdout is not None
            try:
                yield Bench(url, stub.stdout.readline().split()[-1])
            finally:
                stub.terminate()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
