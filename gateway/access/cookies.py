"""The cookies of a sign-in. Where pages are served by HTTPS they also work inside a help desk's frame, each frame with
its own; without it they are for this site alone."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from gateway.access.sessions import LONGEST


@dataclass(frozen=True, slots=True)
class Cookies:
    """How cookies are named and set, by whether the public address is HTTPS."""

    secure: bool

    @property
    def session(self) -> str:
        return "__Host-countersign" if self.secure else "countersign"

    @property
    def state(self) -> str:
        return "__Host-countersign-sign-in" if self.secure else "countersign-sign-in"

    def set(self, name: str, value: str, max_age: int = LONGEST) -> str:
        """A Set-Cookie header's value. `max_age` in seconds; 0 removes it."""
        kind = "Secure; SameSite=None; Partitioned" if self.secure else "SameSite=Lax"
        return f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; {kind}"

    def read(self, header: str, name: str) -> str | None:
        """A cookie's value out of a Cookie header."""
        try:
            found = SimpleCookie(header).get(name)
        except CookieError:
            return None
        return found.value if found else None
