"""What every `check` says in the same words: a call that failed as a finding, and a webhook that points at us."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from connectors.errors import AuthFailed, ConnectorError, GiveUp, NotFound
from connectors.vocabulary import Finding

Look = Callable[[], Awaitable[Finding]]
LATER = "The help desk did not answer as expected: run the check again, and look at its server or status page."


def refused(subject: str, error: ConnectorError, remedy: str) -> Finding:
    """A failed call as a finding. The remedy fits a missing right; for anything else the call itself is at fault."""
    rights = isinstance(error, GiveUp if subject == "credentials" else AuthFailed | NotFound)
    return Finding(subject, False, str(error), remedy if rights else LATER)


async def tried(subject: str, look: Look, remedy: str) -> Finding:
    """What was found, or why it could not be looked at: a check never raises."""
    try:
        return await look()
    except ConnectorError as error:
        return refused(subject, error, remedy)


def webhook_path(account: str) -> str:
    """Where deliveries of an account arrive, behind the gateway's public address."""
    return f"/webhooks/{account}"


def points_at_us(url: str, account: str, public_url: str | None) -> bool:
    """Whether a webhook's address is ours: the whole of it where `public_url` is known, else how its path ends."""
    if public_url:
        return url.rstrip("/") == f"{public_url}{webhook_path(account)}"
    try:
        return urlsplit(url).path.rstrip("/").endswith(webhook_path(account))
    except ValueError:
        return False
