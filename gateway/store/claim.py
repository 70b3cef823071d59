"""Which job a worker begins next: that of the account with the fewest jobs under way, so that a flood of one account
takes what is left over by the others, and never their turn.

The library's own statement takes the oldest job of all. It also compares every waiting job with every other one: with
4,000 of them it took more than a second, so that a flood stopped everybody.
"""

from collections.abc import Iterable
from typing import LiteralString

from procrastinate.jobs import Job
from procrastinate.manager import JobManager

# Accounts by a scan that jumps from one to the next, the least busy first and by lot among equals; then the oldest job
# of the first that has one whose ticket is free. Timers hold no lock, and are an account of their own.
CLAIM: LiteralString = """
with recursive account as (
  (select split_part(coalesce(lock, ''), ':', 1) as name from procrastinate_jobs where status = 'todo'
   order by split_part(coalesce(lock, ''), ':', 1) limit 1)
  union all
  select (select split_part(coalesce(j.lock, ''), ':', 1) from procrastinate_jobs j
          where j.status = 'todo' and split_part(coalesce(j.lock, ''), ':', 1) > a.name
          order by split_part(coalesce(j.lock, ''), ':', 1) limit 1)
  from account a where a.name is not null
), busy as (
  select split_part(coalesce(lock, ''), ':', 1) as name, count(*) as jobs from procrastinate_jobs
  where status = 'doing' group by 1
), turn as materialized (
  select a.name from account a left join busy b using (name) where a.name is not null
  order by coalesce(b.jobs, 0), random()
), candidate as (
  select oldest.id from turn cross join lateral (
    select j.id from procrastinate_jobs j
    where j.status = 'todo' and split_part(coalesce(j.lock, ''), ':', 1) = turn.name
      and j.queue_name = any(%(queues)s::varchar[])
      and (j.scheduled_at is null or j.scheduled_at <= now())
      and not exists (select from procrastinate_jobs d where d.lock = j.lock and d.status = 'doing')
      and (j.lock is null or j.id = (select o.id from procrastinate_jobs o where o.lock = j.lock and o.status = 'todo'
                                     order by o.priority desc, o.id limit 1))
    order by j.priority desc, j.id limit 1 for update of j skip locked) oldest
  limit 1
)
update procrastinate_jobs j set status = 'doing', worker_id = %(worker)s from candidate where j.id = candidate.id
returning j.id, j.status, j.task_name, j.priority, j.lock, j.queueing_lock, j.args, j.scheduled_at, j.queue_name,
  j.attempts, j.worker_id
"""


class FairJobManager(JobManager):
    """The library's, but for what is claimed next."""

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        values = {"queues": list(queues or ()), "worker": worker_id}
        rows = await self.connector.execute_query_all_async(CLAIM, **values)
        return Job.from_row(rows[0]) if rows else None
