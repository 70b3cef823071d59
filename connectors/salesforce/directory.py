"""Names of queues and agents become the ids that Salesforce asks for. A case has one owner: a queue, or a user."""

from connectors.contract import Change
from connectors.errors import Rejected
from connectors.salesforce.session import Session
from connectors.salesforce.values import GROUP, USER, quoted, record_id, select


async def owner(session: Session, change: Change) -> str | None:
    """The id of the new owner. An agent goes before a queue, because a case cannot be in the hands of both."""
    if change.assignee:
        return await _agent(session, change.assignee)
    return await _queue(session, change.team) if change.team else None


async def _queue(session: Session, name: str) -> str:
    if found := record_id(name, GROUP):
        return found
    rows = await session.rows(select("Id", "Group", f"Type = 'Queue' AND Name = {quoted(name)}"))
    return _only([record_id(row.get("Id"), GROUP) for row in rows], f"queues called {name!r}", "Setup > Queues")


async def _agent(session: Session, name: str) -> str:
    if found := record_id(name, USER):
        return found
    said = quoted(name)
    called = f"(Username = {said} OR Email = {said} OR Name = {said})"
    rows = await session.rows(select("Id", "User", f"IsActive = true AND UserType = 'Standard' AND {called}"))
    return _only([record_id(row.get("Id"), USER) for row in rows], f"agents called {name!r}", "Setup > Users")


def _only(found: list[str | None], what: str, where: str) -> str:
    ids = {one for one in found if one}
    if len(ids) != 1:
        raise Rejected(f"Salesforce has {len(ids) or 'no'} {what}; use a name from {where}, or an id")
    return ids.pop()
