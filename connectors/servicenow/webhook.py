"""Is the business rule there and active, and does it point at us? Its secret is not read."""

from connectors.checking import LATER, points_at_us, webhook_path
from connectors.contract import Finding
from connectors.errors import ConnectorError, GiveUp
from connectors.http import HttpClient
from connectors.servicenow.rows import TABLES, Question, Row, page
from connectors.servicenow.settings import Settings
from connectors.values import text

RULE, ADDRESS = "Countersign", "countersign.url"
CANNOT_LOOK = (
    "Install the business rule as the README says, and let the integration user read sys_script and sys_properties; or "
    "look at them yourself and then set options.check_webhook: false."
)


async def webhook(http: HttpClient, settings: Settings) -> Finding:
    """One finding: the first thing that is wrong, or that all is in order."""
    if not settings.webhook_secrets:
        return Finding(
            "events", True, "by polling; the business rule in this connector's folder would bring them sooner"
        )
    try:
        return await _look(http, settings)
    except ConnectorError as error:
        said = f"the business rule cannot be looked at: {error}"
        return Finding("events", False, said, CANNOT_LOOK if isinstance(error, GiveUp) else LATER)


async def _look(http: HttpClient, settings: Settings) -> Finding:
    def ours(row: Row) -> bool:
        return row.get("name") == RULE and row.get("collection") == settings.table

    query = f"name={RULE}^collection={settings.table}"
    asked = Question(f"{TABLES}/sys_script", query, "name,collection,active", ours)
    rules, _ = await page(http, asked, 10)
    if not any(row.get("active") == "true" for row in rules):
        return Finding("events", False, f"no active business rule {RULE} on {settings.table} is visible", CANNOT_LOOK)
    asked = Question(
        f"{TABLES}/sys_properties", f"name={ADDRESS}", "name,value", lambda row: row.get("name") == ADDRESS
    )
    addresses = [text(row.get("value")) or "" for row in (await page(http, asked, 10))[0]]
    if not any(points_at_us(one, settings.name, settings.public_url) for one in addresses):
        path = webhook_path(settings.name)
        said = f"the system property {ADDRESS} does not end in {path}, or is hidden"
        return Finding("events", False, said, f"Set {ADDRESS} to our address. {CANNOT_LOOK}")
    return Finding("events", True, f"the business rule is active and points at {webhook_path(settings.name)}")
