"""The ledger's rows: one for every call to a model, from before it is made."""

from dataclasses import asdict

from gateway.ledger.attempt import AttemptFinished, AttemptStarted
from gateway.store.database import Database

START = """
insert into attempt (run_id, number, purpose, route, provider, model, prompt, prompt_version, retry, fallback, streamed,
                     started_at, bound_usd)
values (%(run_id)s, %(number)s, %(purpose)s, %(route)s, %(provider)s, %(model)s,
        %(prompt)s, %(prompt_version)s, %(retry)s, %(fallback)s, %(streamed)s, %(started_at)s, %(bound_usd)s)
returning id
"""
FINISH = """
update attempt set ended_at = %(ended_at)s, latency_ms = %(latency_ms)s, outcome = %(outcome)s,
  price_state = %(price_state)s, time_to_first_token_ms = %(time_to_first_token_ms)s, error_kind = %(error_kind)s,
  finish_reason = %(finish_reason)s, input_tokens = %(input_tokens)s, output_tokens = %(output_tokens)s,
  cached_read_tokens = %(cached_read_tokens)s, cached_write_tokens = %(cached_write_tokens)s,
  reasoning_tokens = %(reasoning_tokens)s, cost_usd = %(cost_usd)s, price_version = %(price_version)s
where id = %(id)s and outcome is null
"""


class AttemptRows:
    """`gateway.ledger.attempt.AttemptLog` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, attempt: AttemptStarted) -> int:
        row = await self._database.one(START, asdict(attempt))
        assert row is not None
        return int(row["id"])

    async def finish(self, attempt_id: int, finished: AttemptFinished) -> None:
        await self._database.run(FINISH, {**asdict(finished), "id": attempt_id})
