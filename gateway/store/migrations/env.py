"""Alembic's door: it runs our revisions on the connection that `gateway.store.migrate` hands over."""

from typing import Any

from alembic import context
from sqlmodel import SQLModel

import gateway.records.tables  # noqa: F401  (registers the tables)


def ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """The job queue brings its own tables and migrations."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, include_object=ours
)
with context.begin_transaction():
    context.run_migrations()
