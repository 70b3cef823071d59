"""Which webhook to create where, in the words of the connector's README, with this installation's own names."""

import re
from collections.abc import Sequence

import connectors
from connectors.cards import guide
from connectors.checking import webhook_path
from connectors.contract import Finding
from connectors.vocabulary import Capability
from gateway.settings import AccountEntry, Environment

HEADING = "## 3. The webhook"
ROLE = "webhook_secret"
OURS, NAME = "https://gateway.example", re.compile(r"\bacme\b(?!\.)")  # as every README writes them


class Webhook:
    """One account's way in."""

    def __init__(self, name: str, entry: AccountEntry, environment: Environment) -> None:
        self.name = name
        self._entry = entry
        told = entry.options.get("public_url")
        self._known = bool(told or environment.public_url)
        self._base = str(told).rstrip("/") if told else environment.base_url
        self._port = environment.port
        self._offers = connectors.load(entry.connector).capabilities

    @property
    def takes_webhooks(self) -> bool:
        return bool(self._offers & {Capability.SIGNED_WEBHOOK, Capability.GUARDED_WEBHOOK})

    def told(self, findings: Sequence[Finding]) -> str:
        """What to do now, for the webhook and for the processes."""
        parts = (
            [self._create(findings)] if self.takes_webhooks else ["Events come in by polling; no webhook is needed."]
        )
        missing = [str(place) for place in self._entry.secrets.values() if place.read() is None]
        if missing:
            parts.append(f"Set {', '.join(missing)} for every process of the gateway.")
        parts.append("Restart the processes that run already: they read countersign.yaml at their start.")
        return "\n\n".join(parts)

    def guide(self) -> str:
        """The README's section."""
        text = guide(self._entry.connector, HEADING).replace(OURS, self._base)
        where = f"It goes to {self._base}{webhook_path(self.name)}."
        if not self._known:
            where += " COUNTERSIGN_PUBLIC_URL is not set: write the address at which the help desk reaches us instead."
        return "\n\n".join(part for part in (where, NAME.sub(self.name, text)) if part)

    def if_it_makes_the_secret(self, problem: str) -> str:
        """How to create the webhook, where the problem is its secret: the help desk may make that with it."""
        place = self._entry.secrets.get(ROLE)
        if ROLE not in problem or (place is not None and place.read() is not None):
            return ""
        return f"The webhook is what has that secret, so create it first.\n\n{self.guide()}\n\nSet {place}. "

    def if_nothing_comes(self) -> str:
        """A refused delivery leaves no row, so the admin is told where it does leave a trace."""
        return (
            "Are the processes restarted, and does the help desk say that it sent something? What is refused is kept "
            f'nowhere, only counted: countersign_deliveries_total{{account="{self.name}",outcome="refused"}} at '
            f"http://127.0.0.1:{self._port}/metrics, and the web process's log says why (a delivery was refused)."
        )

    def why_it_is_believed(self, *, polled: bool) -> str:
        if polled:
            return "It was read from the help desk by polling, with our credentials."
        if Capability.GUARDED_WEBHOOK not in self._offers:
            return "It is authentic: its signature was checked."
        if Capability.SIGNED_WEBHOOK in self._offers:
            return "It is authentic: its signature, or the shared secret that it carries, was checked."
        return "It carried the shared secret: it is believed for the ticket's id alone, and the ticket is read."

    def _create(self, findings: Sequence[Finding]) -> str:
        about = [finding for finding in findings if about_webhook(finding)]
        if about and all(finding.ok for finding in about):
            return f"The webhook is there: {'; '.join(finding.detail for finding in about)}."
        return f"Create the webhook.\n\n{self.guide()}"


def about_webhook(finding: Finding) -> bool:
    """Not there before the account is: what `check` says of the webhook keeps nobody from adding it."""
    return finding.subject.startswith("webhook")
