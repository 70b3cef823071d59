"""Which tables this version needs, told by the names of its migrations: a web process has no other use for Alembic."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "migrations"


@cache
def head() -> str:
    """The revision that this version of the code needs: the number of its newest migration."""
    return max(path.name.partition("_")[0] for path in FOLDER.glob("versions/[0-9]*.py"))


@cache
def missing(revision: str | None) -> str | None:
    """What is to be done before this version can work with tables of a revision; None: nothing. Newer tables will do:
    a release adds and a later one takes away, so that the version before it still works while it is rolled out."""
    needed = head()
    if (revision or "") >= needed:
        return None
    return f"tables are at {revision}, this version needs {needed}; run `countersign migrate`"
