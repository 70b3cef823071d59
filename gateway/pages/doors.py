"""What pages need to let people in and to let them act, handed over by the application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from connectors.contract import Identifies, Sidebar
from gateway.access.cookies import Cookies
from gateway.access.oidc import SignIn
from gateway.access.people import People
from gateway.access.sessions import Signer


@dataclass(frozen=True, slots=True)
class Beside:
    """What an account's help desk gives for a page of ours beside a ticket. `signed`: it says who looks."""

    sidebar: Sidebar
    signed: Identifies | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """`framed_by`: account -> the help desk's own address, which alone may show our pages in a frame. `acting_links`:
    accounts whose owner lets the link in a note act on its draft, and not only show it."""

    people: People
    signer: Signer
    cookies: Cookies
    base_url: str
    picker: bool = False
    sign_in: SignIn | None = None
    framed_by: Mapping[str, str] = field(default_factory=dict)
    acting_links: frozenset[str] = frozenset()
    beside: Mapping[str, Beside] = field(default_factory=dict)

    def desk_of(self, account: str) -> str | None:
        """The origin of an account's help desk, as a browser names it."""
        parts = urlsplit(self.framed_by.get(account, ""))
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else None
