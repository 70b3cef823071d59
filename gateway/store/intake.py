"""The door's only write: an authentic delivery, its events and their jobs, or nothing at all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from gateway.store.database import Connection, Database
from gateway.store.jobs import QUEUE
from gateway.store.json import jsonb

WALK = "walk"

# One statement is one transaction and one round trip. A repeated delivery brings no new event, and so keeps nothing.
# What we wrote ourselves is known by the id on its receipt and ends here: nobody walks it.
ACCEPT = """
with given as (
  select *, kind = 'message_added' and exists (
      select from write_back w where w.account = %(account)s and w.entry_id = g.message_id
        and w.ticket_id = g.ticket_id and w.purpose in ('note', 'answer', 'reply')) as own
  from json_to_recordset(%(events)s::json) as g(
    event_id text, kind text, ticket_id text, author text, visibility text, message_id text,
    occurred_at timestamptz, supersedes boolean)
), fresh as (
  insert into event (account, event_id, delivery_id, kind, ticket_id, author, visibility, message_id, occurred_at,
                     received_at, supersedes, traceparent, state, finished_at)
  select %(account)s, g.event_id, %(delivery)s::uuid, g.kind, g.ticket_id, g.author, g.visibility, g.message_id,
         g.occurred_at, coalesce(%(received_at)s::timestamptz, now()), g.supersedes, %(traceparent)s,
         case when g.own then 'done' else 'waiting' end, case when g.own then now() end
  from given g
  on conflict (account, event_id) do nothing
  returning id, ticket_id, state,
    case when supersedes and kind <> 'ticket_deleted' and coalesce(author, 'requester') in ('requester', 'participant')
      then nullif(%(settle)s::float, 0) end as settle
), kept as (
  insert into content (account, ticket_id, kind, body)
  select %(account)s, min(ticket_id), 'delivery', %(body)s::jsonb from fresh
  having count(*) > 0 and %(delivery)s::uuid is not null
  returning id
), arrived as (
  insert into delivery (id, account, received_at, size, content_id)
  select %(delivery)s::uuid, %(account)s, coalesce(%(received_at)s::timestamptz, now()), %(size)s, kept.id from kept
), ended as (
  insert into run (id, account, ticket_id, state, reason, started_at, finished_at, waited_ms, took_ms,
                   unpriced_attempts)
  select id, %(account)s, ticket_id, 'nothing', %(own)s, now(), now(), 0, 0, 0 from fresh where state = 'done'
)
select count(*) as events, procrastinate_defer_jobs_v1(array_agg(
         row(%(queue)s, %(task)s, 0, %(account)s || ':' || ticket_id, null,
             jsonb_build_object('event_id', id), now() + make_interval(secs => settle)
             )::procrastinate_job_to_defer_v1 order by id) filter (where state = 'waiting')) as jobs
from fresh having count(*) > 0
"""
OWN = "this is what we wrote ourselves"  # why nothing is owed for a message


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event on its way in. `supersedes`: it may change what is to be answered."""

    event_id: str
    kind: str
    ticket_id: str
    author: str | None
    visibility: str | None
    message_id: str | None
    occurred_at: datetime | None
    supersedes: bool


async def accept(
    database: Database,
    account: str,
    events: Sequence[Arrival],
    body: bytes,
    received_at: datetime | None,
    traceparent: str | None = None,
    settle: float = 0.0,
) -> int:
    """Keep the events that are new, with a job each; returns how many. When this returns, they are committed. Without
    `received_at` they came now, by the database's clock.

    What the requester writes is walked after `settle` seconds, so that a burst of messages is answered by one draft. It
    holds the ticket's lock meanwhile: what happens on the ticket stays in order."""
    async with database.connection() as connection:
        return await accept_within(connection, account, events, body, received_at, traceparent, settle)


async def accept_within(
    connection: Connection,
    account: str,
    events: Sequence[Arrival],
    body: bytes | None,
    received_at: datetime | None,
    traceparent: str | None = None,
    settle: float = 0.0,
) -> int:
    """The same as part of a transaction. Without a body there was no delivery: the help desk was asked."""
    values = {
        "account": account,
        "delivery": None if body is None else uuid4(),
        "received_at": received_at,
        "size": len(body or b""),
        "body": jsonb((body or b"").decode("utf-8", "replace")),
        "traceparent": traceparent,
        "settle": settle,
        "own": OWN,
        "queue": QUEUE,
        "task": WALK,
        "events": json.dumps([_plain(event) for event in events]),
    }
    row = await (await connection.execute(ACCEPT, values)).fetchone()
    return int(row["events"]) if row else 0


def ticket_lock(account: str, ticket_id: str) -> str:
    """Jobs with the same lock run one at a time, in order. `ACCEPT` spells the same."""
    return f"{account}:{ticket_id}"


def _plain(event: Arrival) -> dict[str, object]:
    occurred_at = event.occurred_at.isoformat() if event.occurred_at else None
    return {
        "event_id": event.event_id,
        "kind": event.kind,
        "ticket_id": event.ticket_id,
        "author": event.author,
        "visibility": event.visibility,
        "message_id": event.message_id,
        "occurred_at": occurred_at,
        "supersedes": event.supersedes,
    }
