"""Is this account in order? Reads only; each line that is not says what an admin should do.

RT tells nobody their rights. What it offers on a ticket tells most of them: a link to comment or to reply, and the
steps that its status may take.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from connectors.checking import refused
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.http import HttpClient
from connectors.request_tracker.pages import ask, matching, one_of, row_id
from connectors.request_tracker.settings import Settings
from connectors.values import document, mapping, objects, text

CREDENTIALS = (
    "Check base_url, options.user and the secret api_token (made by that user under Logged in as > Settings > Auth "
    "Tokens) or password."
)
RIGHTS = "Admin > Queues > the queue > User Rights"


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = document(await http.get(f"/REST/2.0/user/{quote(settings.user, safe='@')}"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    credentials = _credentials(me, settings)
    if not credentials.ok:
        return [credentials]
    findings = [credentials, _address(me)]
    for queue in settings.queues:
        findings += await _queue(http, settings, queue)
    findings.append(await _comments(http, settings))
    return [*findings, _webhook(settings)]


def _credentials(me: dict[str, Any], settings: Settings) -> Finding:
    """RT tells memberships only of oneself; an admin, who is told them of everybody, has too many rights anyway."""
    if "Memberships" not in me or (text(me.get("Name")) or "").casefold() != settings.user.casefold():
        return Finding(
            "credentials", False, f"signed in as somebody else than options.user, {settings.user}", CREDENTIALS
        )
    if str(me.get("Privileged")) != "1":
        return Finding(
            "credentials",
            False,
            f"{settings.user} is not privileged, so RT hides from it who is staff",
            "Admin > Users > the user: tick Let this user be granted rights (Privileged).",
        )
    return Finding("credentials", True, f"signed in as {settings.user}, privileged")


def _address(me: dict[str, Any]) -> Finding:
    """RT believes the From line of a mail: whoever writes as our address writes as us."""
    if text(me.get("EmailAddress")):
        return Finding(
            "e-mail address",
            False,
            "the integration user has an e-mail address, and RT takes mail that claims to come from it for its own",
            "Admin > Users > the user: empty the field Email; it needs none.",
        )
    return Finding("e-mail address", True, "none, so no mail passes for the gateway's own")


async def _queue(http: HttpClient, settings: Settings, queue: str) -> list[Finding]:
    """The queue itself, and on its newest ticket what RT offers us."""
    subject = f"queue {queue}"
    try:
        found = document(await http.get(f"/REST/2.0/queue/{quote(queue, safe='')}"))
        if (text(found.get("Name")) or "").casefold() != queue.casefold():
            return [Finding(subject, False, "RT hides this queue", f"Grant SeeQueue: {RIGHTS}.")]
        condition = f"{one_of('Queue', [queue])} AND Status != 'deleted'"
        query = {"query": matching(condition)(0), "order": "DESC", "per_page": "1"}
        newest = await ask(http, "/REST/2.0/tickets", query)
        if not newest:
            return [
                Finding(
                    subject,
                    False,
                    "no ticket is visible in this queue",
                    f"Grant ShowTicket: {RIGHTS}. In a new queue create one ticket, on which the rights can be seen.",
                )
            ]
        ticket = document(await http.get(f"/REST/2.0/ticket/{row_id(newest[0])}"))
    except ConnectorError as error:
        return [
            refused(subject, error, f"Correct the name in options.queues, or grant SeeQueue and ShowTicket: {RIGHTS}.")
        ]
    return [Finding(subject, True, "visible, with its tickets"), *_offers(settings, ticket, queue)]


def _offers(settings: Settings, ticket: dict[str, Any], queue: str) -> list[Finding]:
    links = objects(ticket.get("_hyperlinks"))
    offered = {text(one.get("ref")) for one in links}
    modify = any(one.get("ref") == "lifecycle" and one.get("to") != "deleted" for one in links)
    findings = [_notes("comment" in offered or modify, queue), *_routing(settings, modify, queue)]
    findings.append(_replies(settings, "correspond" in offered, modify, queue))
    if settings.routing and settings.tags_field:
        fields = [text(mapping(one).get("name")) for one in objects(ticket.get("CustomFields"))]
        findings.append(_tags(settings.tags_field, fields, queue))
    return findings


def _notes(granted: bool, queue: str) -> Finding:
    if granted:
        return Finding(f"comments in {queue}", True, "drafts can be written as comments")
    return Finding(f"comments in {queue}", False, "drafts cannot be written", f"Grant CommentOnTicket: {RIGHTS}.")


def _routing(settings: Settings, modify: bool, queue: str) -> list[Finding]:
    subject = f"routing in {queue}"
    if settings.routing and not modify:
        return [
            Finding(
                subject,
                False,
                "tickets cannot be escalated: ModifyTicket is missing",
                f"Grant ModifyTicket: {RIGHTS}. RT lets whoever has it reply to requesters too; if that must not be "
                "possible, set options.routing: false.",
            )
        ]
    return [Finding(subject, True, "queue, owner, priority and status can be changed")] if settings.routing else []


def _replies(settings: Settings, reply: bool, modify: bool, queue: str) -> Finding:
    """RT lets a user reply who has ReplyToTicket or ModifyTicket, though it offers the link only for the first."""
    subject = f"replies in {queue}"
    if settings.replies:
        if reply or modify:
            by = "ReplyToTicket" if reply else "ModifyTicket, which RT takes for ReplyToTicket"
            return Finding(
                subject, True, f"may reply to requesters, by {by}; what is sent is for the policies to decide"
            )
        return Finding(
            subject,
            False,
            "replies cannot be sent",
            f"Grant ReplyToTicket: {RIGHTS}; or set options.replies: false if nothing is ever to be sent.",
        )
    if reply:
        return Finding(
            subject,
            False,
            "options.replies is false, and RT would let the integration user reply all the same",
            f"Revoke ReplyToTicket, also from its groups and from Everyone and Privileged: {RIGHTS}.",
        )
    if modify:
        why = "RT takes ModifyTicket, which routing needs, for ReplyToTicket; only this gateway keeps from replying"
        if settings.routing:
            return Finding(subject, True, f"options.replies is false: {why}")
        return Finding(
            subject, False, f"ModifyTicket is granted and not needed: {why}", f"Revoke ModifyTicket: {RIGHTS}."
        )
    return Finding(subject, True, "RT lets the integration user reply to nobody")


def _tags(field: str, fields: Sequence[str | None], queue: str) -> Finding:
    if field in fields:
        detail = f"the field {field} is there; whether it may be changed (ModifyCustomField) shows at the first write"
        return Finding(f"tags in {queue}", True, detail)
    return Finding(
        f"tags in {queue}",
        False,
        f"there is no field {field} on tickets, or it is hidden",
        "Create a custom field for tickets, type Enter multiple values, apply it to the queue, and grant "
        f"SeeCustomField and ModifyCustomField: {RIGHTS}.",
    )


async def _comments(http: HttpClient, settings: Settings) -> Finding:
    """RT leaves hidden comments out without a word, so only one that is seen proves anything."""
    condition = f"{one_of('TicketQueue', settings.queues)} AND ObjectType = 'RT::Ticket' AND Type = 'Comment'"
    remedy = (
        f"Grant ShowTicketComments: {RIGHTS}. If it is granted, nobody has commented yet: write one comment on any "
        "ticket and check again."
    )
    try:
        query = {"query": matching(condition)(0), "order": "DESC", "per_page": "100"}
        seen = await ask(http, "/REST/2.0/transactions", query)
    except ConnectorError as error:
        return refused("internal comments", error, remedy)
    if seen:
        return Finding("internal comments", True, "comments can be read, and so our own drafts be found again")
    return Finding("internal comments", False, "no comment is visible", remedy)


def _webhook(settings: Settings) -> Finding:
    if settings.webhook_secrets:
        detail = "RT shows nobody its scrips, so the scrip cannot be looked at from here; polling finds what it misses"
        return Finding("events", True, f"by webhook and by polling; {detail}")
    return Finding("events", True, "by polling; the scrip in this connector's folder would bring them sooner")
