"""What is scheduled goes by the database's clock."""

from datetime import timedelta

from gateway.store.clock import DatabaseClock
from gateway.store.database import Database


async def test_a_moment_from_now_is_one_of_the_databases_clock(database: Database) -> None:
    clock = DatabaseClock()
    await clock.ask(database)

    row = await database.one("select clock_timestamp() as now")

    assert row is not None
    assert abs(clock.after(60) - row["now"] - timedelta(seconds=60)) < timedelta(seconds=5)
