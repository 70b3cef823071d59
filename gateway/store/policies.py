"""Policy sets as they were, by version."""

from collections.abc import Mapping

from gateway.store.database import Database
from gateway.store.json import jsonb


async def keep_set(database: Database, version: str, files: Mapping[str, str]) -> None:
    """Keep the text of a set; a version that is known stays as it is."""
    await database.run(
        "insert into policy_set (version, files) values (%(version)s, %(files)s) on conflict (version) do nothing",
        {"version": version, "files": jsonb(dict(files))},
    )
