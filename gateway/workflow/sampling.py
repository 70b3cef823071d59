"""Sampling: a declared share of what policies send is put in front of a reviewer afterwards."""

import hashlib

from gateway.access.people import Person, Right
from gateway.errors import NotAllowed, NotFound, NotNow
from gateway.store import outcomes
from gateway.store.database import Database
from gateway.store.reviews import Word, held_draft
from gateway.workflow.redacting import redacted

CHECKED = "checked"  # the act of a reviewer who looked afterwards
GOOD, FLAWED = "good", "flawed"
LONGEST_WORDS = 2_000  # characters


def sampled(run_id: int, share: float) -> bool:
    """Whether a run is among the share that is looked at. The same run always is, or never."""
    digest = hashlib.sha256(f"sample:{run_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


async def check_sample(database: Database, run_id: int, who: Person, good: bool, words: str | None) -> None:
    """Keep what a reviewer found in a reply that a policy had sent; a flaw needs words.

    Raises NotFound, NotAllowed (the person may not) and NotNow (it is not in the sample, or somebody was there before):
    then nothing was kept."""
    words = " ".join((words or "").split())[:LONGEST_WORDS]
    content = {"words": words, "masked": await redacted(database, run_id, words)} if words else None
    async with held_draft(database, run_id) as draft:
        if draft is None:
            raise NotFound(f"run {run_id} has no draft")
        if Right.AGENT not in who.rights or not who.sees(draft.row["account"]):
            raise NotAllowed("you may not look at drafts of this account")
        if not await outcomes.is_sampled(database, run_id):
            raise NotNow("this reply is not in the sample")
        if before := next((one for one in draft.reviews if one["act"] == CHECKED), None):
            raise NotNow(f"{before['by']} has checked this reply already: {before['detail']['finding']}")
        if not good and not words:
            raise NotNow("say what is wrong with it")
        finding = GOOD if good else FLAWED
        detail = {"finding": finding}
        await draft.keep(Word(CHECKED, who.id, sorted(who.groups), "page", content=content, detail=detail))
        await draft.found(finding)
