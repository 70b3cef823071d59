"""The tables: what must last. Rows are the checkpoints of the line, so a step that finds its row continues from it.

Schema only: all SQL that reads or writes them is in `gateway.store`. Personal text is in `Content` and nowhere else.

They are in `tables.py`, which only migrations need: SQLAlchemy takes 27 MB, and 0.3 s of CPU.
"""

from gateway.records.states import DraftState, EventState, LastTry, NoticeState, RunState, WriteState

__all__ = ["DraftState", "EventState", "LastTry", "NoticeState", "RunState", "WriteState"]
