"""Is this account in order? The description says what to look at, and what an admin should do where it is not."""

from typing import Any

from connectors.checking import points_at_us, refused, webhook_path
from connectors.contract import Finding
from connectors.described import words
from connectors.described.calls import Rendered, find, read, rendered
from connectors.described.description import CheckCall, MeCall
from connectors.described.settings import Settings
from connectors.described.templates import Context
from connectors.errors import ConnectorError
from connectors.http import HttpClient

SIGN_IN = "Check base_url, the secrets that sign_in names, and `me` in the description."


async def check(http: HttpClient, settings: Settings, context: Context) -> list[Finding]:
    """Reads only; the same call is made once, however many lines look at its answer."""
    answers: dict[str, Any] = {}
    me = settings.description.me
    findings = [] if me is None else [await _me(http, settings, me, context)]
    return findings + [await _look(http, settings, context, call, answers) for call in settings.description.check]


async def _me(http: HttpClient, settings: Settings, call: MeCall, context: Context) -> Finding:
    subject, said = "integration user", settings.integration_user_id
    try:
        user = words.identifier(find(call.id, await read(http, call, context)))
    except ConnectorError as error:
        return refused("credentials", error, SIGN_IN)
    if user is None:
        return Finding(subject, False, f"the answer names no user at {call.id.text!r}", SIGN_IN)
    if said and said != user:
        detail = f"signed in as user {user}, but options.integration_user_id is {said}"
        return Finding(subject, False, detail, f"Set integration_user_id to {user}, or sign in as that user.")
    return Finding(subject, True, f"signed in as user {user}")


async def _look(
    http: HttpClient, settings: Settings, context: Context, call: CheckCall, answers: dict[str, Any]
) -> Finding:
    try:
        request = rendered(call, context)
        answer = await _answer(http, call, context, request, answers)
        if call.addresses is not None:
            return _addresses(settings, call, find(call.addresses, answer))
        if call.expect is not None and find(call.expect, answer) is not True:
            detail = f"{request.method} {request.path} does not answer that {call.expect.text}"
            return Finding(call.subject, False, detail, call.remedy)
    except ConnectorError as error:
        return refused(call.subject, error, call.remedy)
    return Finding(call.subject, True, f"{request.method} {request.path} answers as it should")


async def _answer(
    http: HttpClient, call: CheckCall, context: Context, request: Rendered, answers: dict[str, Any]
) -> Any:
    """A failed call is kept as well, so that a dead server is waited for once."""
    key = repr((request, request.body))
    if key not in answers:
        try:
            answers[key] = await read(http, call, context)
        except ConnectorError as error:
            answers[key] = error
    if isinstance(found := answers[key], ConnectorError):
        raise found
    return found


def _addresses(settings: Settings, call: CheckCall, found: Any) -> Finding:
    """Whether one of the help desk's webhooks leads to us."""
    told = [words.word(one) or "" for one in (found if isinstance(found, list) else [found])]
    if any(points_at_us(url, settings.name, settings.public_url) for url in told):
        return Finding(call.subject, True, f"a webhook leads to {webhook_path(settings.name)}")
    return Finding(call.subject, False, f"no webhook leads to {webhook_path(settings.name)}", call.remedy)
