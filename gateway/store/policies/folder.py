"""What was last seen in a folder of policies that somebody watches: one row, because one machine watches.

Without it, a restart would publish the folder over a set that was rolled back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.store.database import Database
from gateway.store.json import jsonb
from gateway.store.policies.publications import keep_set, lock, put_in_force

SAW = """
insert into policy_folder (name, version) values ('watched', %(version)s)
on conflict (name) do update set version = excluded.version, refused_at = null, problems = null
"""
REFUSE = """
insert into policy_folder (name, refused_at, problems) values ('watched', now(), %(problems)s)
on conflict (name) do update set refused_at = excluded.refused_at, problems = excluded.problems
where policy_folder.problems is distinct from excluded.problems
"""


@dataclass(frozen=True, slots=True)
class RefusedEdit:
    """An edit of the watched folder that is not in force. `problems` read `file:line:column: message`."""

    at: datetime
    problems: tuple[str, ...]


async def publish_edit(database: Database, version: str, files: Mapping[str, str], *, by: str, reason: str) -> None:
    """Put in force what the watched folder holds, if it changed since it was last seen there.

    A set that was rolled back stays so until the folder is edited again, also through restarts."""
    await keep_set(database, version, files)
    async with database.transaction() as connection:
        await lock(connection)
        seen = await (await connection.execute("select version from policy_folder")).fetchone()
        if seen is None or seen["version"] != version:
            await put_in_force(connection, version, by, reason, "folder")
        await connection.execute(SAW, {"version": version})


async def refuse_edit(database: Database, problems: Sequence[str]) -> None:
    """Note why the folder as it is now is not in force."""
    await database.run(REFUSE, {"problems": jsonb(list(problems))})


async def forget_edit(database: Database) -> None:
    """Nobody watches the folder: what is wrong in it is of no interest."""
    await database.run("update policy_folder set refused_at = null, problems = null where refused_at is not null")


async def refused_edit(database: Database) -> RefusedEdit | None:
    """What is wrong with the folder as it is now; None where it is in order, or nobody watches it."""
    row = await database.one("select refused_at, problems from policy_folder where refused_at is not null")
    return RefusedEdit(row["refused_at"], tuple(row["problems"])) if row else None
