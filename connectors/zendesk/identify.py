"""Who looks at a ticket: the token that Zendesk signs and posts when it opens the app. Pure, and nobody is asked.

Source: Zendesk's "Building a server-side app, part 5: Securing the app".
"""

import math
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError

from connectors.errors import SignatureInvalid
from connectors.sidebar import Agent
from connectors.vocabulary import Request
from connectors.zendesk.settings import Settings

ALGORITHM = "RS256"  # and no other: whoever could choose would choose one that the public key signs, or none
LEEWAY = 60.0  # seconds that clocks may differ
LONGEST_TOKEN = 8192


def identify(request: Request, account: Settings) -> Agent:
    """The agent whom the token names. Raises SignatureInvalid."""
    if account.app_key is None:
        raise SignatureInvalid("the account has no app_public_key, so no token can be authentic")
    try:
        claims = jwt.decode(_token(request), account.app_key, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError) as error:
        raise SignatureInvalid(f"the token of the app is not authentic ({type(error).__name__})") from None
    _within_its_time(claims, request.received_at)
    _for_us(claims, account)
    return Agent(_user(claims, account))


def _token(request: Request) -> str:
    if len(request.body) > 2 * LONGEST_TOKEN:
        raise SignatureInvalid("the request of the app is too long")
    found = parse_qs(request.body.decode(errors="replace"), max_num_fields=10).get("token", [])
    if len(found) != 1 or len(found[0]) > LONGEST_TOKEN:
        raise SignatureInvalid("the request has no token of the app, or an ambiguous one")
    return found[0]


def _within_its_time(claims: dict[str, Any], now: datetime) -> None:
    at = now.timestamp()
    if at > _time(claims, "exp") + LEEWAY:
        raise SignatureInvalid("the token of the app has expired")
    if at < _time(claims, "iat") - LEEWAY or ("nbf" in claims and at < _time(claims, "nbf") - LEEWAY):
        raise SignatureInvalid("the token of the app is from the future")


def _time(claims: dict[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise SignatureInvalid(f"the token of the app does not tell {name}")
    return float(found)


def _for_us(claims: dict[str, Any], account: Settings) -> None:
    """Issued by this account's Zendesk, for the installation of this app there."""
    if claims.get("iss") not in (urlsplit(account.base_url).netloc, account.base_url):
        raise SignatureInvalid("the token of the app is from another Zendesk")
    wanted = account.app_installation_id or r"[0-9]{1,20}"
    installation = rf"{re.escape(account.base_url)}/api/v2/apps/installations/{wanted}(\.json)?"
    if not re.fullmatch(installation, str(claims.get("aud")), re.ASCII):
        raise SignatureInvalid("the token of the app is for another installation")


def _user(claims: dict[str, Any], account: Settings) -> str:
    """Zendesk names a user by the address of its API, whose last part is the id."""
    named = re.fullmatch(
        rf"(?:{re.escape(account.base_url)}/api/v2/users/)?([0-9]{{1,20}})(?:\.json)?", str(claims.get("sub")), re.ASCII
    )
    if named is None:
        raise SignatureInvalid("the token of the app names no user of this Zendesk")
    return named[1]
