"""One noisy account, or one ticket with hundreds of messages: others are served beside it as if it were not there."""

import pytest

from gateway.store.database import Database
from tests.faults.figures import Figures
from tests.faults.size import size
from tests.store.working import RAN, add, until, working

NOISY = size(500, 20_000)
MANY = """
insert into procrastinate_jobs (queue_name, task_name, priority, lock, args, status)
select 'line', 'sleep', 0, 'noisy:' || case when %(one)s then 0 else g end,
       jsonb_build_object('name', 'noisy' || g, 'seconds', 0.1), 'todo' from generate_series(1, %(jobs)s) g
"""
BEHIND = "select count(*) as jobs from ran where name like 'noisy%' and what = 'began'"
WAITED = """
select extract(epoch from r.at - e.at) * 1000 as ms from ran r
join procrastinate_jobs j on j.args->>'name' = r.name
join procrastinate_events e on e.job_id = j.id and e.type = 'deferred'
where r.name like 'quiet%' and r.what = 'began' order by 1
"""


@pytest.mark.parametrize("one", [False, True], ids=["tickets", "messages on one ticket"])
async def test_a_quiet_account_is_served_beside_a_flood(database: Database, figures: Figures, one: bool) -> None:
    await database.run(RAN)
    await database.run(MANY, {"jobs": NOISY, "one": one})
    async with working(database, concurrency=10):
        await until(lambda: database.all("select 1 from ran limit 1"), "the flood is worked on")
        for number in range(10):
            await add(database, "sleep", {"name": f"quiet{number}"}, lock=f"quiet:{number}")
        await until(lambda: _begun(database), "the quiet account was served", within=size(30, 120))
        before = await database.one(BEHIND)

    waited = [row["ms"] for row in await database.all(WAITED)]
    assert before
    assert before["jobs"] < NOISY / 2
    what = f"{NOISY} {'messages on one ticket' if one else 'tickets'} of another account wait: 10 of a quiet one"
    figures.tell("turns", what, "served beside it", f"begun after {waited[0]:.0f} to {waited[-1]:.0f} ms")


async def _begun(database: Database) -> bool:
    row = await database.one("select count(*) as jobs from ran where name like 'quiet%' and what = 'began'")
    return bool(row and row["jobs"] == 10)
