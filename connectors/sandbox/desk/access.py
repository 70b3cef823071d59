"""Who is calling, and what they may do; a right can be taken away to see what the other side makes of it."""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from connectors.contract import Person, Role
from connectors.sandbox.desk.settings import Brand
from connectors.sandbox.desk.tickets import Refusal

bearer = HTTPBearer(auto_error=False, description="The integration user's token, or the agents' token of a brand.")


class Right(StrEnum):
    READ_TICKETS = "tickets:read"
    CHANGE_TICKETS = "tickets:change"
    WRITE_NOTES = "notes:write"
    WRITE_REPLIES = "replies:write"
    READ_ARTICLES = "articles:read"


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a token. The agents' token speaks for everybody of its brand; the bot's only for the bot."""

    brand: Brand
    is_bot: bool
    rights: frozenset[Right]

    @property
    def person(self) -> Person:
        return self.brand.bot if self.is_bot else self.brand.agents[0]

    def needs(self, right: Right) -> None:
        if right not in self.rights:
            raise Refusal(403, "missing_right", f"This token lacks the right {right.value}.")

    def speaks_as(self, author: str | None, requester: Person | None) -> Person:
        """The person that a message is from: the bot is always itself, the agents' token names somebody."""
        if self.is_bot or author is None:
            return self.person
        if author == Role.REQUESTER and requester:
            return requester
        for agent in self.brand.agents:
            if agent.id == author:
                return agent
        raise Refusal(422, "no_such_agent", f"There is no agent {author}.")


class Access:
    """The tokens of all brands. `missing[brand]`: rights that its integration user does not have at the moment."""

    def __init__(self, brands: tuple[Brand, ...]) -> None:
        self._brands = brands
        self.missing: dict[str, set[Right]] = {brand.name: set() for brand in brands}

    def caller(self, token: str) -> Caller | None:
        found = None
        for brand in self._brands:
            if hmac.compare_digest(brand.bot_token.encode(), token.encode()):
                found = Caller(brand, True, frozenset(set(Right) - self.missing[brand.name]))
            if hmac.compare_digest(brand.token.encode(), token.encode()):
                found = Caller(brand, False, frozenset(Right))
        return found


async def authenticated(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Caller:
    """The caller of an API request; 401 without a token that the desk knows."""
    access: Access = request.app.state.access
    caller = access.caller(given.credentials) if given else None
    if caller is None:
        raise Refusal(401, "unauthorized", "Send a token of this desk as a Bearer token.")
    return caller


async def in_charge(caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
    """The holder of the agents' token, who may move the switches."""
    if caller.is_bot:
        raise Refusal(403, "missing_right", "The switches need the agents' token.")
    return caller


Authenticated = Annotated[Caller, Depends(authenticated)]
InCharge = Annotated[Caller, Depends(in_charge)]
