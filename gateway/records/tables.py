"""All tables: whoever imports this has them registered."""

from gateway.records.audit import AuditEntry, AuditHead, AuditLeaf, AuditPersonal, AuditWaiting, RequesterKey
from gateway.records.content import Content
from gateway.records.drift import Quarantine, Shape
from gateway.records.intake import Delivery, Event
from gateway.records.knowledge import Article, Contradiction, Source
from gateway.records.ledger import Attempt, Baseline, BudgetNotice, Declared, Repricing, Spending
from gateway.records.notices import Notice
from gateway.records.pause import Parked, Pause
from gateway.records.policies import PolicyFolder, PolicyPublication, PolicySet
from gateway.records.polling import Poll
from gateway.records.provider import DeskLimit, Held, Provider
from gateway.records.restore import Restored
from gateway.records.review import Review
from gateway.records.run import (
    Decision,
    Draft,
    Outcome,
    Run,
    Step,
    WriteBack,
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
    "Event",
    "Held",
    "Notice",
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
    "Shape",
    "Source",
    "Spending",
    "Step",
    "WriteBack",
]
