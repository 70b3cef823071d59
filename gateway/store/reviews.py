"""What people say of drafts: kept under the draft's lock, with what it makes of the draft and its next walk."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg.errors import UniqueViolation

from gateway.records import DraftState
from gateway.store import audit
from gateway.store.database import Connection, Database, Row
from gateway.store.deadlines import AGAIN
from gateway.store.intake import WALK, ticket_lock
from gateway.store.jobs import enqueue
from gateway.store.json import jsonb

REVIEW = "review"  # the kind of the event that an act becomes
REDRAFT = "redraft"  # the act whose walk makes a draft

DRAFT = """
select d.*, c.body as content, k.verdict, k.policy_version, k.explanation->'approvers' as approvers,
  k.explanation->'escalation' as escalation, k.explanation->'because' as because, r.requester,
  exists (select 1 from step s where s.run_id = d.run_id and s.name = 'draft'
          and jsonb_array_length(s.data->'cited') > 0) as has_sources,
  -- Who asked for this draft in place of an earlier one.
  (select v.by from event e join review v
     on v.id = case when e.kind = 'review' then split_part(e.event_id, ':', 3)::bigint end
   where e.id = d.run_id) as asked_by
from draft d join run r on r.id = d.run_id left join decision k on k.run_id = d.run_id
left join content c on c.id = d.content_id
where d.run_id = %(run)s
"""
REVIEWS = """
select v.*, c.body as content from review v left join content c on c.id = v.content_id
where v.run_id = %(run)s order by v.id
"""
KEEP = """
with kept as (
  insert into content (account, ticket_id, requester, kind, body)
  select %(account)s, %(ticket)s, %(requester)s, 'review', %(content)s where %(content)s::jsonb is not null
  returning id
), said as (
  insert into review (account, ticket_id, run_id, act, by, groups, via, text_hash, ticket_version, edited, content_id,
                      entry_id, detail, reading_ms, sources_opened)
  values (%(account)s, %(ticket)s, %(run)s, %(act)s, %(by)s, %(groups)s, %(via)s, %(text_hash)s, %(version)s,
          %(edited)s, (select id from kept), %(entry)s, %(detail)s, %(reading_ms)s, %(sources_opened)s)
  returning id
), recorded as (
  insert into audit_entry (who, act, on_what, from_where, detail, content_hash, personal_hash)
  select %(by)s, %(act)s, %(on_what)s, %(via)s, %(told)s::jsonb || jsonb_build_object('review', said.id), %(text_hash)s,
         %(personal_hash)s from said
  returning id
), beside as (
  insert into audit_personal (entry_id, account, requester, sealed)
  select recorded.id, %(account)s, %(requester)s, %(personal)s from recorded where %(personal)s::bytea is not null
)
select id from said
"""
EVENT = """
insert into event (account, event_id, kind, ticket_id, received_at, supersedes)
values (%(account)s, %(event_id)s, 'review', %(ticket)s, now(), false) returning id
"""
SHOWN = """
select w.entry_id, w.run_id from run r join write_back w on w.run_id = r.id join draft d on d.run_id = r.id
where r.account = %(account)s and r.ticket_id = %(ticket)s and w.entry_id is not null and w.purpose in ('note', 'draft')
"""
SAID = """
select entry_id, run_id, act, detail from review
where account = %(account)s and ticket_id = %(ticket)s and entry_id is not null
"""


class HeardBefore(Exception):
    """The note in the help desk has acted already."""


@dataclass(frozen=True, slots=True)
class Word:
    """A review that is to be kept. `content` may hold personal text, `detail` must not."""

    act: str
    by: str
    groups: Sequence[str]
    via: str
    text_hash: str | None = None
    edited: bool = False
    content: Mapping[str, Any] | None = None
    entry_id: str | None = None
    detail: Mapping[str, Any] | None = None
    reading_ms: int | None = None
    sources_opened: int | None = None


class HeldDraft:
    """A draft that nobody else can act on until the block ends. `reviews`: what was said of it, oldest first."""

    def __init__(self, connection: Connection, row: Row, reviews: Sequence[Row]) -> None:
        self._connection = connection
        self.row = row
        self.reviews = reviews

    async def keep(self, word: Word, *, state: DraftState | None = None, walks: bool = False) -> int:
        """Keep a word, the state that it makes of the draft, and the event that carries it out where it `walks`.

        Returns the review's id. Raises HeardBefore where the same note has acted already."""
        draft = self.row
        review_id = await _keep(self._connection, word, draft["account"], draft["ticket_id"], draft)
        if state is not None:
            await self._connection.execute(
                "update draft set state = %(state)s, changed_at = now() where run_id = %(run)s",
                {"state": state, "run": draft["run_id"]},
            )
        if walks:
            await _enqueue(self._connection, draft, review_id)
        return review_id

    async def wait_again(self) -> None:
        """A deadline that passed while the draft was approved is not forgotten."""
        await self._connection.execute(AGAIN, {"run": self.row["run_id"]})

    async def found(self, finding: str) -> None:
        """What somebody found who looked at the reply after it was sent."""
        await self._connection.execute(
            "update outcome set finding = %(finding)s where run_id = %(run)s",
            {"finding": finding, "run": self.row["run_id"]},
        )


@asynccontextmanager
async def held_draft(database: Database, run_id: int) -> AsyncIterator[HeldDraft | None]:
    """The draft of a run, locked; None where there is none. What is kept in the block is committed together."""
    async with database.transaction() as connection:
        row = await (await connection.execute(DRAFT + " for update of d", {"run": run_id})).fetchone()
        if row is None:
            yield None
            return
        reviews = await (await connection.execute(REVIEWS, {"run": run_id})).fetchall()
        yield HeldDraft(connection, row, reviews)


async def _keep(connection: Connection, word: Word, account: str, ticket_id: str, draft: Row | None) -> int:
    requester = draft["requester"] if draft else None
    words = (word.content or {}).get("words")
    part = {"words": words} if words else None
    personal = await audit.personal_part(connection, account, requester, part) if part and requester else None
    values = {
        "account": account,
        "ticket": ticket_id,
        "run": draft["run_id"] if draft else None,
        "requester": requester,
        "on_what": f"run {draft['run_id']}" if draft else f"ticket {ticket_id}",
        "told": jsonb(_told(word, account, ticket_id)),
        "personal": personal,
        "personal_hash": audit.hash_or_none(personal),
        "version": draft["ticket_version"] if draft else None,
        "act": word.act,
        "by": word.by,
        "groups": jsonb(list(word.groups)),
        "via": word.via,
        "text_hash": word.text_hash,
        "edited": word.edited,
        "content": None if word.content is None else jsonb(dict(word.content)),
        "entry": word.entry_id,
        "detail": None if word.detail is None else jsonb(dict(word.detail)),
        "reading_ms": word.reading_ms,
        "sources_opened": word.sources_opened,
    }
    try:
        row = await (await connection.execute(KEEP, values)).fetchone()
    except UniqueViolation:
        raise HeardBefore from None
    assert row is not None
    return int(row["id"])


def _told(word: Word, account: str, ticket_id: str) -> dict[str, Any]:
    return {"account": account, "ticket": ticket_id, "groups": list(word.groups), "edited": word.edited}


async def _enqueue(connection: Connection, draft: Row, review_id: int) -> None:
    account, ticket_id = draft["account"], draft["ticket_id"]
    values = {"account": account, "ticket": ticket_id, "event_id": f"{REVIEW}:{draft['run_id']}:{review_id}"}
    row = await (await connection.execute(EVENT, values)).fetchone()
    assert row is not None
    await enqueue(connection, WALK, {"event_id": row["id"]}, lock=ticket_lock(account, ticket_id))


def of_event(event: Row) -> tuple[int, int]:
    """(the run that made the draft, the review), from the event of an act."""
    _, run_id, review_id = event["event_id"].split(":")
    return int(run_id), int(review_id)


async def keep_without_draft(database: Database, word: Word, account: str, ticket_id: str) -> None:
    """A note that meant nothing, because there was no draft. Raises HeardBefore."""
    async with database.transaction() as connection:
        await _keep(connection, word, account, ticket_id, None)


async def draft_of(database: Database, run_id: int) -> Row | None:
    """The draft with its text (None once erased), its decision and who has to approve it."""
    return await database.one(DRAFT, {"run": run_id})


async def reviews_of(database: Database, run_id: int) -> Sequence[Row]:
    """What was said of a draft, oldest first."""
    return await database.all(REVIEWS, {"run": run_id})


async def words_of(database: Database, review_id: int) -> str | None:
    """The reason or instruction of a review; None once erased, empty where there was none."""
    row = await database.one(
        """select v.content_id, c.body->>'words' as words from review v left join content c on c.id = v.content_id
           where v.id = %(id)s""",
        {"id": review_id},
    )
    if row is None or (row["content_id"] is not None and row["words"] is None):
        return None
    return row["words"] or ""


async def shown_entries(database: Database, account: str, ticket_id: str) -> dict[str, int]:
    """Which of our entries in a ticket shows the draft of which run."""
    rows = await database.all(SHOWN, {"account": account, "ticket": ticket_id})
    return {row["entry_id"]: row["run_id"] for row in rows}


async def said_entries(database: Database, account: str, ticket_id: str) -> dict[str, Row]:
    """Notes of a ticket that have acted already."""
    rows = await database.all(SAID, {"account": account, "ticket": ticket_id})
    return {row["entry_id"]: row for row in rows}
