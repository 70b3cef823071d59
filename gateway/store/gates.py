"""The gate before a provider, in Postgres: asked by the statement that keeps a call's row, so that it costs no trip.

A healthy provider without declared limits is only looked at. The row of any other is locked for the length of one
statement, by which one call at a time finds out whether it answers again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import structlog

from gateway.ledger.attempt import AttemptFinished
from gateway.ledger.gate import Gate, Heard, Shut
from gateway.store.database import Database, Row
from gateway.telemetry import skipped_calls

log = structlog.get_logger()
OPENS_AFTER = 10  # failed calls in a row
FIRST_PROBE_S, LONGEST_PROBE_S = 5.0, 60.0  # each failed probe doubles the wait
BURST = 0.1  # of a minute's limit at once: with the rest spread over the minute no minute has more than the limit

# Parts of `attempts.START`: `locked` are the budgets, which everybody locks first.
LOOK: LiteralString = """, provider_now as (
  select p.key, p.failures, p.opened_at is not null as open,
    case when p.opened_at is null then 0 else extract(epoch from p.probe_at - now()) end as probe_in,
    coalesce(extract(epoch from p.not_before - now()), 0) as not_before_in,
    least(%(request_room)s::float,
          coalesce(p.requests_left + %(request_rate)s::float * s.passed, 'infinity')) as requests,
    least(%(token_room)s::float,
          coalesce(p.tokens_left + %(token_rate)s::float * s.passed, 'infinity') + %(given_back)s::float) as tokens
  from provider p cross join lateral (select coalesce(extract(epoch from now() - p.refilled_at), 0)::float as passed) s
  where p.key = %(gate)s and (select count(*) from locked) >= 0
    and (p.failures > 0 or p.opened_at is not null or p.not_before > now() or %(limited)s)
  for update of p
), gate as (
  select *, greatest(probe_in, not_before_in,
    (1 - requests) / nullif(%(request_rate)s::float, 0),
    (least(%(tokens)s::float, %(token_room)s) - tokens) / nullif(%(token_rate)s::float, 0), 0) as wait
  from provider_now
)"""
GO: LiteralString = """, passed as (
  update provider p set
    probe_at = case when g.open then now() + make_interval(secs => %(patience)s) else p.probe_at end,
    requests_left = case when %(limited)s then g.requests - 1 end,
    tokens_left = case when %(limited)s then g.tokens - %(tokens)s end,
    refilled_at = now()
  from gate g, fits where p.key = g.key and g.wait <= 0 and fits.known and fits.room and (g.open or %(limited)s)
)"""
KNOW = "insert into provider (key) values (%(key)s) on conflict do nothing"
FAILED = """
insert into provider as p (key, failures, because, not_before)
values (%(key)s, %(counts)s, %(because)s, now() + make_interval(secs => %(retry_after)s))
on conflict (key) do update set
  failures = p.failures + excluded.failures,
  because = coalesce(excluded.because, p.because),
  not_before = greatest(p.not_before, excluded.not_before),
  opened_at = case when p.failures + excluded.failures >= %(opens_after)s then coalesce(p.opened_at, now())
                   else p.opened_at end,
  probes = p.probes + case when %(probe)s then excluded.failures else 0 end,
  probe_at = case when %(probe)s or (p.opened_at is null and p.failures + excluded.failures >= %(opens_after)s)
                  then now() + make_interval(secs => least(%(first)s * 2.0 ^ least(p.probes, 10), %(longest)s))
                  else p.probe_at end
returning opened_at is not null as open, coalesce(opened_at = now(), false) as just_opened, failures,
  opened_at is not null or coalesce(not_before > now(), false) as shut
"""
ANSWERED = """
with was as (select key, opened_at from provider where key = %(key)s and (failures > 0 or opened_at is not null)
             for update)
update provider p set failures = 0, because = null, opened_at = null, probe_at = null, probes = 0
from was where p.key = was.key returning was.opened_at
"""
STANDING = """
select key, failures, because, opened_at, greatest(extract(epoch from now() - opened_at), 0) as open_for,
  greatest(extract(epoch from not_before - now()), 0) as not_before_in
from provider where key = any(%(keys)s) order by key
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call under way. `troubled`: it found a provider that had failed. `probe`: it finds out whether it answers."""

    gate: Gate
    troubled: bool
    probe: bool


class Gates:
    """The gates of one worker's calls: what it asks of the database's rows, and what it tells them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: dict[int, Asked] = {}  # calls under way, by attempt
        self._unused: dict[str, float] = {}  # by provider: tokens that calls were counted for and did not use
        self._limited: set[str] = set()  # providers with declared limits, whose rows are there

    async def asking(self, gate: Gate | None) -> dict[str, Any]:
        """What LOOK and GO read."""
        if gate is None:
            return _values(Gate("", 0.0), 0.0)
        if gate.limited and gate.key not in self._limited:
            await self._database.run(KNOW, {"key": gate.key})
            self._limited.add(gate.key)
        return _values(gate, self._unused.pop(gate.key, 0.0))

    def passed(self, gate: Gate | None, row: Row, given_back: float) -> int:
        """The id of the attempt that was kept. Raises Shut where the gate was."""
        if gate is None:
            return int(row["id"])
        if row["id"] is None:
            self._unused[gate.key] = self._unused.get(gate.key, 0.0) + given_back
            skipped_calls.labels(gate.model, "circuit" if row["circuit"] else "limit").inc()
            raise Shut(gate.key, float(row["wait"]), circuit=row["circuit"])
        attempt_id, probe = int(row["id"]), bool(row["circuit"])
        self._asked[attempt_id] = Asked(gate, troubled=probe or bool(row["failures"]), probe=probe)
        return attempt_id

    async def learn(self, attempt_id: int, finished: AttemptFinished) -> bool:
        """What a call told, for all workers. True where there is to be no other for now.

        One that went well where all was well tells nothing new, and costs no trip."""
        asked = self._asked.pop(attempt_id, None)
        if asked is None:
            return False
        self._count(asked.gate, finished)
        if finished.heard is Heard.ANSWERED:
            row = await self._database.one(ANSWERED, {"key": asked.gate.key}) if asked.troubled else None
            if row and row["opened_at"]:
                log.info("a provider answers again, and is called as before", provider=asked.gate.key)
            return False
        if finished.heard is Heard.FAILED or finished.retry_after is not None or asked.probe:
            return await self._failed(asked, finished)
        return False

    async def _failed(self, asked: Asked, finished: AttemptFinished) -> bool:
        values = {
            "key": asked.gate.key,
            "counts": int(finished.heard is Heard.FAILED),
            "because": finished.error_kind,
            "retry_after": finished.retry_after,
            "probe": asked.probe,
            "opens_after": OPENS_AFTER,
            "first": FIRST_PROBE_S,
            "longest": LONGEST_PROBE_S,
        }
        row = await self._database.one(FAILED, values)
        assert row is not None
        if row["just_opened"]:
            log.error(
                "a provider does not answer, and is left alone but for one call at a time",
                provider=asked.gate.key,
                failures=row["failures"],
                reason=finished.error_kind,
            )
        return bool(row["shut"])

    def _count(self, gate: Gate, finished: AttemptFinished) -> None:
        """A call was counted at an estimate: what it did not use belongs to the next one."""
        if gate.tokens_per_minute and finished.input_tokens is not None and finished.output_tokens is not None:
            unused = gate.tokens - finished.input_tokens - finished.output_tokens
            self._unused[gate.key] = self._unused.get(gate.key, 0.0) + unused


def _values(gate: Gate, given_back: float) -> dict[str, Any]:
    request_room, request_rate = _bucket(gate.requests_per_minute)
    token_room, token_rate = _bucket(gate.tokens_per_minute)
    return {
        "gate": gate.key,
        "patience": gate.patience_s,
        "limited": gate.limited,
        "tokens": gate.tokens,
        "given_back": given_back,
        "request_room": request_room,
        "request_rate": request_rate,
        "token_room": token_room,
        "token_rate": token_rate,
    }


def _bucket(per_minute: int | None) -> tuple[float, float]:
    """How much may be used at once, and how much comes back in a second."""
    if per_minute is None:
        return float("inf"), 0.0
    room = max(1.0, per_minute * BURST)
    return room, (per_minute - room) / 60


async def standing(database: Database, keys: Sequence[str]) -> Sequence[Row]:
    """Providers of which something is known."""
    return await database.all(STANDING, {"keys": list(keys)})
