"""The time as the database tells it. Machines may be an hour apart; what one schedules, another one begins."""

from datetime import UTC, datetime, timedelta

from gateway.store.database import Database


class DatabaseClock:
    """Our own clock, and how far the database's is ahead of it. It is asked again from time to time."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    async def ask(self, database: Database) -> None:
        """Raises DatabaseUnavailable."""
        row = await database.one("select clock_timestamp() as now")
        if row is not None:
            self._ahead = row["now"] - datetime.now(UTC)

    def after(self, seconds: float) -> datetime:
        """The moment that is so far away."""
        return datetime.now(UTC) + self._ahead + timedelta(seconds=seconds)
