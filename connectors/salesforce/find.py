"""Did an earlier write get through? A draft is known by its mark field, a comment by its text, a reply by its words."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.contract import Mark, Visibility, WriteReceipt, text_hash
from connectors.salesforce.events import SENT
from connectors.salesforce.parts import joined
from connectors.salesforce.read import case_of
from connectors.salesforce.session import Row, Session
from connectors.salesforce.settings import Settings
from connectors.salesforce.template import as_written
from connectors.salesforce.thread import comments_of, emails_of, is_own, words_of
from connectors.salesforce.values import COMMENT, EMAIL, case_id, record_id
from connectors.values import moment, needed, text

MOST_LINES_BELOW = 60


async def find_mark(session: Session, settings: Settings, ticket_id: str, mark: Mark) -> WriteReceipt | None:
    """The entry with this mark, created by the integration user. Raises `NotFound` for a case that is hidden."""
    case = case_id(ticket_id)
    await case_of(session, settings, case)
    me = await session.me()
    own = [row for row in await emails_of(session, case, settings.mark_field) if is_own(row, me)]
    if found := email_with(own, settings.mark_field, mark):
        return found
    for row, body in joined([row for row in await comments_of(session, case) if is_own(row, me)], me):
        if row.get("IsPublished") is not True and mark.value in body:
            comment = needed(record_id(row.get("Id"), COMMENT), "CaseComment.Id")
            return WriteReceipt(comment, Visibility.INTERNAL, None, _created(row))
    return None


def email_with(own: Sequence[Row], mark_field: str | None, mark: Mark) -> WriteReceipt | None:
    """Ours among our own e-mails. A draft that a person sent since is found too, and is not written again."""
    for row in own:
        marked = text(row.get(mark_field)) if mark_field else None
        unmarked_reply = marked is None and row.get("Incoming") is not True and row.get("Status") == SENT
        if marked == mark.value or (unmarked_reply and _reads_as(row, mark)):
            visibility = Visibility.PUBLIC if row.get("Status") == SENT else Visibility.DRAFT
            email = needed(record_id(row.get("Id"), EMAIL), "EmailMessage.Id")
            return WriteReceipt(email, visibility, None, _created(row))
    return None


def _reads_as(row: Row, mark: Mark) -> bool:
    return _created(row) >= mark.since and any(text_hash(one) == mark.text_hash for one in _readings(words_of(row)))


def _readings(words: str) -> Iterator[str]:
    """The words, and the same without what may stand below them: a threading token, a signature, a notice."""
    lines = as_written(words).split("\n")
    for below in range(min(len(lines), MOST_LINES_BELOW)):
        yield "\n".join(lines[: len(lines) - below])


def _created(row: Row) -> datetime:
    return needed(moment(row.get("CreatedDate")), "CreatedDate")
