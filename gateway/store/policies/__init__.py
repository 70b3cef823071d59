"""Policy sets as they were, which of them binds, and what it did: by version, publication and rule."""

from gateway.store.policies.decided import (
    KeptDecision,
    RecordedRun,
    RuleHits,
    decisions,
    kept_decision,
    recorded,
    rule_hits,
)
from gateway.store.policies.folder import RefusedEdit, forget_edit, publish_edit, refuse_edit, refused_edit
from gateway.store.policies.publications import (
    Publication,
    keep_set,
    newest,
    publications,
    publish,
    published,
    set_files,
    versions,
)

__all__ = [
    "KeptDecision",
    "Publication",
    "RecordedRun",
    "RefusedEdit",
    "RuleHits",
    "decisions",
    "forget_edit",
    "keep_set",
    "kept_decision",
    "newest",
    "publications",
    "publish",
    "publish_edit",
    "published",
    "recorded",
    "refuse_edit",
    "refused_edit",
    "rule_hits",
    "set_files",
    "versions",
]
