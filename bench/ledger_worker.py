"""A worker that only drafts: it asks models by the product's own loop and ledger, and says which drafts it has done.

Run by `bench/ledger.py`, which may kill it at any moment. Each draft of each worker asks models of its own names, so
that the stub's counter tells every call apart."""

import asyncio
import contextlib
import json
import sys
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from bench.house import ROOT
from gateway.errors import DatabaseUnavailable
from gateway.ledger.attempt import Origin
from gateway.ledger.budgets import Budget, Per
from gateway.models import Candidate, Drafter, DraftRequest, ModelError, Price, PromptFile, PromptPassage, Route
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database

PRICE = Price(
    input=Decimal("0.00000015"), output=Decimal("0.0000006"), cached_read=Decimal("0.000000075")
)  # a token, as a small model costs
DEAR = Price(input=Decimal("0.0000015"), output=Decimal("0.000006"))  # so that 1 USD does not reach
# What a draft meets: the behaviour of its models in order, and whether they stream.
KINDS: tuple[tuple[tuple[str, ...], bool], ...] = (
    (("good",), False),
    (("good",), True),
    (("500", "good"), False),  # repeated once, then the next model
    (("badjson",), False),  # mended by a second call
    (("503", "good"), True),
    (("429", "good"), False),  # no repeat: the provider asks to wait for 30 s
    (("nousage",), True),
    (("filtered", "good"), False),
    (("drops", "good"), True),
    (("markdown",), True),
    (("lies",), False),
    (("inflates",), False),
    (("flaky",), False),  # good when it is asked again
    (("flaky",), True),
)
AWAY = 75  # exit status where the database did not answer in time: what is left is for the next worker
CALLS = sum((1, 1, 3, 2, 3, 2, 1, 2, 3, 1, 1, 1, 2, 2))  # of one draft of each kind
PASSAGES = tuple(
    PromptPassage(number, f"Article {number}", "A parcel arrives within three working days after it was sent. " * 6)
    for number in range(1, 4)
)


@dataclass(frozen=True, slots=True)
class Order:
    """What one worker is to do. `life` names it, and is in the names of its models. `account` is whose calls they are,
    and with `budget_usd` it has a budget of that name."""

    database_url: str
    stub_url: str
    run_id: int
    life: int
    drafts: list[int]
    at_once: int = 32
    budget_usd: str | None = None
    account: str = "bench"

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def route(order: Order, number: int) -> Route:
    behaviours, stream = KINDS[number % len(KINDS)] if order.budget_usd is None else (("good",), False)
    candidates = tuple(
        Candidate(
            f"openai/stub-{behaviour}:{number}-{order.life}",
            api_base=f"{order.stub_url}/v1",
            api_key=SecretStr("none"),
            stream=stream,
            prices=(PRICE if order.budget_usd is None else DEAR,),
            max_output_tokens=2000 if order.budget_usd is None else 300,
        )
        for behaviour in behaviours
    )
    return Route("bench", candidates)


async def work(order: Order) -> None:
    database = Database(order.database_url, largest=8, wait=30.0)  # as a worker waits
    await database.open()
    try:
        await _draft(order, database)
    finally:  # else the pool keeps the process from ending
        await database.close()


async def _draft(order: Order, database: Database) -> None:
    limit = order.budget_usd
    budgets = [Budget(order.account, "Bench", "-", Per.MONTH, Decimal(limit), order.account)] if limit else []
    log = AttemptRows(database, budgets)
    prompts = ROOT / "policies" / "prompts"
    drafter = Drafter(PromptFile.load(prompts / "draft.md"), PromptFile.load(prompts / "repair.md"))
    await drafter.ready()
    _say("ready")
    left = iter(order.drafts)

    async def in_turn() -> None:
        for number in left:
            request = DraftRequest(
                run_id=order.run_id,
                question=f"Where is parcel {number}? {'It is late. ' * (number % 9)}",
                language="en",
                passages=PASSAGES,
                origin=Origin(order.account, str(number)),
            )
            with contextlib.suppress(ModelError):
                await drafter.draft(request, route(order, number), log, _nothing)
            _say(f"done {number}")

    async with asyncio.TaskGroup() as group:
        for _ in range(order.at_once):
            group.create_task(in_turn())
    await drafter.close()


async def _nothing() -> None:
    """Nothing stands in the way of a call."""


def _say(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


def main() -> None:
    import logging

    import structlog
    import uvloop  # as the worker

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    told: dict[str, Any] = json.loads(sys.stdin.readline())
    try:
        uvloop.run(work(Order(**told)))
    except* DatabaseUnavailable:
        sys.exit(AWAY)


if __name__ == "__main__":
    main()
