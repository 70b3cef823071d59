"""The words for the states of rows."""

from enum import StrEnum


class EventState(StrEnum):
    WAITING = "waiting"  # accepted; a job will walk it, or is walking it
    DONE = "done"
    DEAD = "dead"  # out of retries, or beyond repair: listed, and replayable


class RunState(StrEnum):
    WALKING = "walking"
    DONE = "done"
    SUPERSEDED = "superseded"  # a newer event of the ticket took over
    NOTHING = "nothing"  # nothing was owed: own write, answered already, deleted
    UNCERTAIN = "uncertain"  # a write cannot be proved or is wrong: a person must look
    FAILED = "failed"  # its event is dead


class DraftState(StrEnum):
    PROPOSED = "proposed"
    WITHHELD = "withheld"
    SHOWN = "shown"
    HELD = "held"
    APPROVED = "approved"
    SENT = "sent"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    CLOSED = "closed"
    UNCERTAIN = "uncertain"


class WriteState(StrEnum):
    INTENT = "intent"  # committed before the call: it may or may not have happened
    WRITTEN = "written"
    UNCERTAIN = "uncertain"  # the help desk cannot tell; a person looks, nobody writes it again
    DROPPED = "dropped"  # never called, and never will be


class LastTry(StrEnum):
    """How far the last call of a write may have come that has no receipt."""

    BEGUN = "begun"  # nobody knows: the process that made it is gone, or about to make it
    REFUSED = "refused"  # it has ended, and what is not there will not come
    SILENT = "silent"  # it left us, no answer came: it may still be stored


class NoticeState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # given up after a day of tries
    NOBODY = "nobody"  # no address is known
