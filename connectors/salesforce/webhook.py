"""Does the callout point at us? Its custom setting tells; its secret is not read."""

from connectors.checking import LATER, points_at_us, webhook_path
from connectors.contract import Finding
from connectors.errors import ConnectorError, GiveUp
from connectors.salesforce.session import Session
from connectors.salesforce.settings import Settings
from connectors.salesforce.values import select
from connectors.values import text

SETTING = "Setup > Custom Settings > Countersign > Manage"
CANNOT_LOOK = (
    "Install the callout as the README says, and give the integration user View All Custom Settings; or look at "
    f"{SETTING} yourself and then set options.check_webhook: false."
)


async def webhook(session: Session, settings: Settings) -> Finding:
    """One finding. Whether the flows call it shows at the first delivery: Salesforce hides flows from such a user."""
    if not settings.webhook_secrets:
        return Finding("events", True, "by polling; the callout in this connector's folder would bring them sooner")
    try:
        rows = await session.rows(select("Url__c", "Countersign__c"))
    except ConnectorError as error:
        return Finding(
            "events",
            False,
            f"the callout cannot be looked at: {error}",
            CANNOT_LOOK if isinstance(error, GiveUp) else LATER,
        )
    if not any(points_at_us(text(row.get("Url__c")) or "", settings.name, settings.public_url) for row in rows):
        return Finding(
            "events",
            False,
            f"the callout's address does not end in {webhook_path(settings.name)}",
            f"Set Url__c to our address in {SETTING}.",
        )
    return Finding("events", True, f"the callout points at {webhook_path(settings.name)}; flows must call it")
