"""That this database is a copy from a backup: writes of the time between were made, and no row tells of them."""

from datetime import datetime

from sqlmodel import SQLModel

from gateway.records.columns import identity, moment


class Restored(SQLModel, table=True):
    """A lost time: from the last thing that the copy knows until it was put in place. A row is never deleted."""

    __tablename__ = "restored"

    id: int = identity()
    known_until: datetime = moment()
    at: datetime = moment(now=True)
    by: str
