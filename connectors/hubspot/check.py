"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from connectors.checking import refused, tried, webhook_path
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.http import HttpClient
from connectors.hubspot.read import crm_ticket_id, properties_of, property_names
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import THREADS, TICKETS, thread_path
from connectors.values import document, identifier, listed, objects, text

CREDENTIALS = (
    "Check the secret api_token (Settings > Integrations > Private apps > the app > Auth), and give the app the scopes "
    "conversations.read and conversations.write."
)
TICKETS_SCOPE = "Give the app the scope tickets."
CONTACTS = "Give the app the scope crm.objects.contacts.read, or nobody knows who asks."
OWNERS = "Give the app the scope crm.objects.owners.read, or an assignee cannot be named."
SENDER = "Set options.sender_actor_id to A- and the number of the user in whose name replies go out."
STAGES = "Set options.stages to ids from Settings > Objects > Tickets > Pipelines; the pencil shows each stage's id."
SIGNING = "Set the app's client secret (Settings > Integrations > Private apps > the app > Auth) as webhook_secret."
WHERE = "Settings > Integrations > Private apps > the app > Webhooks"


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        page = document(await http.get(THREADS, params={"limit": "1", "association": "TICKET"}))
        rows = listed(page.get("results"), "results")
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    thread = rows[0] if rows else {}
    findings = [Finding("credentials", True, "may read threads"), await _messages(http, identifier(thread.get("id")))]
    findings.append(await _contact(http, identifier(thread.get("associatedContactId"))))
    findings.append(await _tickets(http, settings, crm_ticket_id(thread)))
    findings += [await _property(http, name) for name in (settings.tags_property, settings.team_property) if name]
    findings.append(_routing(settings))
    if settings.stages:
        findings.append(await _stages(http, settings))
    findings += [await _owners(http), await _sender(http, settings.sender_actor_id), _webhook(settings)]
    return findings


async def _messages(http: HttpClient, thread: str | None) -> Finding:
    """A thread's messages, among which a lost write is found again."""

    async def look() -> Finding:
        if thread is None:
            return Finding("messages", True, "not tried: there is no thread yet")
        answer = document(await http.get(f"{thread_path(thread)}/messages", params={"limit": "1"}))
        listed(answer.get("results"), "results")
        return Finding("messages", True, "may read the messages of a thread; writing shows with the first comment")

    return await tried("messages", look, CREDENTIALS)


async def _contact(http: HttpClient, contact: str | None) -> Finding:
    async def look() -> Finding:
        if contact is None:
            return Finding("contacts", True, "not tried: there is no thread with a contact yet")
        document(await http.get(f"/crm/v3/objects/contacts/{contact}", params={"properties": "email"}))
        return Finding("contacts", True, "may read contacts")

    return await tried("contacts", look, CONTACTS)


async def _tickets(http: HttpClient, settings: Settings, crm_ticket: str | None) -> Finding:
    async def look() -> Finding:
        query = {"properties": property_names(settings)}
        if crm_ticket is None:
            answer = document(await http.get(TICKETS, params={**query, "limit": "1"}))
            listed(answer.get("results"), "results")
            return Finding("tickets", True, "may read tickets")
        properties_of(await http.get(f"{TICKETS}/{crm_ticket}", params=query))
        return Finding("tickets", True, "may read the ticket of a thread")

    return await tried("tickets", look, TICKETS_SCOPE)


async def _property(http: HttpClient, name: str) -> Finding:
    subject, remedy = (
        f"property {name}",
        f"Create the ticket property {name} (Settings > Properties), as the README says.",
    )

    async def look() -> Finding:
        found = document(await http.get(f"/crm/v3/properties/tickets/{name}"))
        if found.get("type") not in ("enumeration", "string"):
            return Finding(subject, False, f"it keeps no words but {text(found.get('type')) or 'nothing'}", remedy)
        return Finding(subject, True, "is there and keeps words")

    return await tried(subject, look, remedy)


def _routing(settings: Settings) -> Finding:
    """What rules may ask for; the rest is refused, with the draft that goes along."""
    told = {"tags": settings.tags_property, "teams": settings.team_property, "stages": settings.stages}
    missing = [what for what, option in told.items() if not option]
    if missing:
        return Finding("routing", True, f"no option names {' or '.join(missing)}: a rule must not ask for these")
    return Finding("routing", True, "tags, teams and stages are named")


async def _stages(http: HttpClient, settings: Settings) -> Finding:
    async def look() -> Finding:
        rows = listed(document(await http.get("/crm/v3/pipelines/tickets")).get("results"), "results")
        known = {identifier(stage.get("id")) for row in rows for stage in objects(row.get("stages"))}
        if missing := sorted(set(settings.stages.values()) - known):
            return Finding("stages", False, f"no ticket pipeline has the stages {', '.join(missing)}", STAGES)
        return Finding("stages", True, "are stages of a ticket pipeline")

    return await tried("stages", look, TICKETS_SCOPE)


async def _owners(http: HttpClient) -> Finding:
    async def look() -> Finding:
        listed(document(await http.get("/crm/v3/owners", params={"limit": "1"})).get("results"), "results")
        return Finding("owners", True, "may read owners")

    return await tried("owners", look, OWNERS)


async def _sender(http: HttpClient, actor: str | None) -> Finding:
    async def look() -> Finding:
        if actor is None:
            return Finding("sender", True, "options.sender_actor_id is not set, so nothing can be sent to a requester")
        found = document(await http.get(f"/conversations/v3/conversations/actors/{actor}"))
        if found.get("type") not in (None, "AGENT"):
            return Finding("sender", False, f"{actor} is no agent", SENDER)
        return Finding("sender", True, f"replies go out in the name of {actor}")

    return await tried("sender", look, SENDER)


def _webhook(settings: Settings) -> Finding:
    """An app's own token does not open the list of its webhooks."""
    if not settings.webhook_secrets:
        return Finding("webhook", False, "the account has no webhook_secret, so every delivery is refused", SIGNING)
    address = f"{settings.public_url}{webhook_path(settings.name)}"
    return Finding("webhook", True, f"cannot be looked at by API: see in {WHERE} that it points at {address}")
