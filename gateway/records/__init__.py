"""The tables: what must last. Rows are the checkpoints of the line, so a step that finds its row continues from it.

Schema only: all SQL that reads or writes them is in `gateway.store`. Personal text is in `Content` and nowhere else.
"""

from gateway.records.audit import AuditEntry, AuditHead, AuditLeaf, AuditPersonal, AuditWaiting, RequesterKey
from gateway.records.content import Content
from gateway.records.drift import Quarantine, Shape
from gateway.records.intake import Delivery, Event, EventState
from gateway.records.knowledge import Article, Contradiction, Source
from gateway.records.ledger import Attempt, Baseline, BudgetNotice, Declared, Repricing, Spending
from gateway.records.notices import Notice, NoticeState
from gateway.records.pause import Parked, Pause
from gateway.records.policies import PolicyFolder, PolicyPublication, PolicySet
from gateway.records.polling import Poll
from gateway.records.provider import DeskLimit, Held, Provider
from gateway.records.restore import Restored
from gateway.records.review import Review
from gateway.records.run import (
    Decision,
    Draft,
    DraftState,
    LastTry,
    Outcome,
    Run,
    RunState,
    Step,
    WriteBack,
    WriteState,
)

__all__ = [
    "Article",
    "Attempt",
    "AuditEntry",
    "AuditHead",
    "AuditLeaf",
    "AuditPersonal",
    "AuditWaiting",
    "Baseline",
    "BudgetNotice",
    "Content",
    "Contradiction",
    "Decision",
    "Declared",
    "Delivery",
    "DeskLimit",
    "Draft",
    "DraftState",
    "Event",
    "EventState",
    "Held",
    "LastTry",
    "Notice",
    "NoticeState",
    "Outcome",
    "Parked",
    "Pause",
    "PolicyFolder",
    "PolicyPublication",
    "PolicySet",
    "Poll",
    "Provider",
    "Quarantine",
    "Repricing",
    "RequesterKey",
    "Restored",
    "Review",
    "Run",
    "RunState",
    "Shape",
    "Source",
    "Spending",
    "Step",
    "WriteBack",
    "WriteState",
]
