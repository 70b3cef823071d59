"""Whether the database is a copy that nobody told that it is one: then notes could be written twice."""

from gateway.audit.heads import Head, NotAHead, read_heads
from gateway.bootstrap import opened_database
from gateway.bootstrap.audit import heads_folder
from gateway.cli.checked import Line
from gateway.errors import DatabaseUnavailable
from gateway.settings import Environment
from gateway.store import restores

SUBJECT = "copy"


async def restored(environment: Environment, url: str) -> Line:
    """Held against the newest head of the audit record that this machine has kept beside the database."""
    newest = _newest_head(environment)
    try:
        async with opened_database(url) as database:
            marked = await restores.last_restore(database)
            known = newest is None or await restores.knows_head(database, newest.size, newest.root)
    except DatabaseUnavailable as error:
        return Line(False, SUBJECT, f"cannot be told: {error.detail}", error.remedy)
    if newest is not None and not known and (marked is None or marked < newest.at):
        return Line(
            False,
            SUBJECT,
            f"what was sealed on {newest.at:%Y-%m-%d at %H:%M:%S} UTC is not in the database: it is a restored copy",
            "stop all processes, then `countersign restore --in-place` (deploy/restore.md)",
        )
    said = f"put in place on {marked:%Y-%m-%d at %H:%M} UTC, and it knows" if marked else "it was never restored"
    return Line(True, SUBJECT, said)


def _newest_head(environment: Environment) -> Head | None:
    """None where nothing was kept on this machine; a file that cannot be read is told by `audit verify`."""
    for file in sorted(heads_folder(environment).glob("heads-*.jsonl"), reverse=True):
        try:
            return max(read_heads(file.read_text()), key=lambda head: head.at, default=None)
        except (NotAHead, OSError, UnicodeDecodeError):
            continue
    return None
