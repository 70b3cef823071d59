"""Learns from solved tickets: the question and the reply that solved it, with personal data taken out of both."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.contract import HasHistory, Message, Role, Status, Ticket, Visibility
from connectors.errors import RetryLater
from gateway.knowledge import Article, Defaults
from gateway.knowledge.sources import Content
from gateway.screening import PLACEHOLDER, Vault, clean, injection_in, language_of
from gateway.screening.detectors import Detectors
from gateway.workflow.context import ASKING
from gateway.workflow.screen import known_in

LOOKS_BACK = timedelta(days=180)
MOST_TICKETS = 2_000  # of one reading; the next one goes on
SHORTEST_REPLY = 80  # characters; "Done, thank you" teaches nothing
LONGEST = 4_000
SUSPICIOUS = 0.5


@dataclass(frozen=True, slots=True)
class Solved:
    """Solved tickets of an account. The cursor is the newest change that was seen."""

    desk: HasHistory
    defaults: Defaults
    phone_regions: Sequence[str]
    detectors: Detectors = field(default_factory=Detectors)

    async def __call__(self, cursor: str | None) -> Content:
        newest = datetime.fromisoformat(cursor) if cursor else datetime.now(UTC) - LOOKS_BACK
        began = newest
        found: dict[str, Article] = {}
        seen, problems, ended, in_order = 0, [], False, True
        try:
            async for page in self.desk.history(newest):
                for ticket in page:
                    seen += 1
                    in_order = in_order and ticket.updated_at >= newest
                    newest = max(newest, ticket.updated_at)
                    article = await asyncio.to_thread(
                        learnt_from, ticket, self.defaults, self.phone_regions, self.detectors
                    )
                    if article is not None:
                        found[ticket.id] = article
                if seen >= MOST_TICKETS:
                    problems.append(f"read {seen} tickets; the next reading goes on")
                    break
            else:
                ended = True
        except RetryLater as error:
            if not seen:
                raise
            problems.append(f"{error}; the next reading goes on")
            if not in_order:  # what was not seen yet may be older than what was
                newest = began
        return Content(
            list(found.values()),
            problems,
            whole=cursor is None and ended,
            cursor=newest.isoformat(),
            oldest=datetime.now(UTC) - LOOKS_BACK,
        )


def learnt_from(
    ticket: Ticket, defaults: Defaults, phone_regions: Sequence[str], detectors: Detectors
) -> Article | None:
    """An article of a solved ticket; None where no colleague's reply solved it, or nothing can be learnt from it.

    Good is a reply by a person of the team after which the requester had nothing to add. Our own replies teach nothing:
    what was wrong once would be found again and again."""
    said = [message for message in ticket.messages if message.visibility is Visibility.PUBLIC]
    if ticket.status not in (Status.SOLVED, Status.CLOSED) or not said or said[-1].author.role is not Role.AGENT:
        return None
    question = next((message for message in said if message.author.role in ASKING), None)
    if question is None or question.mark or said[-1].mark:
        return None
    asked, answered = _words(question), _words(said[-1])
    if len(answered) < SHORTEST_REPLY or not asked or injection_in(f"{asked}\n{answered}").score >= SUSPICIOUS:
        return None
    if detectors.injection([asked, answered], "message").signals:
        return None
    vault = Vault(known_in(ticket), regions=tuple(phone_regions), finder=detectors.find)
    title = _without_values(vault, clean(ticket.subject).text)[:200] or "A solved ticket"
    return Article(
        source=defaults.source,
        id=ticket.id,
        title=title,
        text=f"Question: {_without_values(vault, asked)}\n\nAnswer: {_without_values(vault, answered)}",
        language=language_of(answered).code or defaults.language,
        audience=defaults.audience_of(title, None),
        brand=ticket.brand or defaults.brand,
        owner=defaults.owner,
        updated_at=said[-1].created_at,
        authority=defaults.authority,
    )


def _words(message: Message) -> str:
    return clean(message.body, message.format).text.strip()


def _without_values(vault: Vault, text: str) -> str:
    """Masked, with words in place of placeholders: those of another ticket must never be filled with its values."""
    masked = vault.mask(text, limit=LONGEST)
    return PLACEHOLDER.sub(lambda found: f"[{found[1].replace('_', ' ').lower()}]", masked).replace("\0", "")
