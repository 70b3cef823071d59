"""Turns: a flood of one account takes what the others leave, and the number of those who wait slows nobody down."""

import pytest

from gateway.store.claim import CLAIM
from gateway.store.database import Database
from tests.store.working import add, story, until, working

MANY = """
insert into procrastinate_jobs (queue_name, task_name, priority, lock, args, status)
select 'line', 'sleep', 0, 'noisy:' || case when %(one)s then 0 else g end,
       jsonb_build_object('name', 'noisy' || g), 'todo' from generate_series(1, %(jobs)s) g
"""


async def begun(database: Database) -> list[str]:
    return [name for name, what in await story(database) if what == "began"]


async def test_accounts_take_turns_however_many_jobs_one_of_them_has(diary: Database) -> None:
    await diary.run(MANY, {"jobs": 200, "one": False})
    for number in range(5):
        await add(diary, "sleep", {"name": f"quiet{number}"}, lock=f"quiet:{number}")

    async with working(diary, concurrency=1):
        await until(lambda: _has_begun(diary, "quiet4"), "the quiet account had its turns")

    # By lot, one turn in two is the quiet account's: forty turns without five of them come once in 17 million times.
    first = (await begun(diary))[:40]
    assert [name for name in first if name.startswith("quiet")] == [f"quiet{number}" for number in range(5)]


async def _has_begun(database: Database, name: str) -> bool:
    return name in await begun(database)


async def test_whoever_has_the_fewest_under_way_is_next(diary: Database) -> None:
    await diary.run(MANY, {"jobs": 20, "one": False})
    await add(diary, "sleep", {"name": "quiet"}, lock="quiet:1")
    worker = await diary.one("insert into procrastinate_workers default values returning id")
    assert worker

    async def claimed() -> str:
        row = await diary.one(CLAIM, {"worker": worker["id"], "queues": ["line"]})
        assert row
        return str(row["args"]["name"]).rstrip("0123456789")

    assert sorted([await claimed(), await claimed()]) == ["noisy", "quiet"]


@pytest.mark.parametrize("one", [False, True], ids=["of many tickets", "of one ticket"])
async def test_thousands_that_wait_do_not_make_a_claim_slow(diary: Database, one: bool) -> None:
    await diary.run(MANY, {"jobs": 3000, "one": one})
    for number in range(20):
        await add(diary, "sleep", {"name": f"quiet{number}"}, lock=f"quiet:{number}")
    worker = await diary.one("insert into procrastinate_workers default values returning id")
    assert worker

    plan = await diary.all("explain (analyze, format json) " + CLAIM, {"worker": worker["id"], "queues": ["line"]})

    assert _looked_at(plan[0]["QUERY PLAN"][0]["Plan"]) < 20_000  # the library's own statement compares 9 million


def _looked_at(node: dict[str, object]) -> float:
    """Rows that a plan has read, those that a filter threw away too."""
    loops = float(node.get("Actual Loops", 0))  # type: ignore[arg-type]
    removed = sum(float(value) for key, value in node.items() if key.startswith("Rows Removed"))  # type: ignore[arg-type]
    below = sum(_looked_at(child) for child in node.get("Plans", []))  # type: ignore[attr-defined]
    return loops * (float(node.get("Actual Rows", 0)) + removed) + below  # type: ignore[arg-type]
