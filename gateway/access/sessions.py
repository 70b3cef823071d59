"""Sessions and links: short texts that we sign and nobody can change. Nothing of them is kept here."""

import hmac
import json
import os
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from gateway.access.people import Person, Right
from gateway.errors import ConfigurationInvalid

IDLE = 60 * 60  # seconds without a page, after which somebody signs in again
LONGEST = 10 * 60 * 60  # seconds from the sign-in to the next one, whatever happens
RENEW = 5 * 60  # seconds after which a session that is used is signed anew
LINK_AGE = 14 * 24 * 60 * 60  # seconds that the link in a note works
HAND_OVER = 60  # seconds that a sign-in in one window may take to reach another


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in. Times in Unix seconds."""

    person: Person
    began: float
    used: float


class Signer:
    """Signs with one key, which web processes and workers of an installation share."""

    def __init__(self, key: str) -> None:
        self._session = URLSafeSerializer(key, salt="countersign.session")
        self._link = URLSafeSerializer(key, salt="countersign.draft")
        self._state = URLSafeSerializer(key, salt="countersign.sign-in")
        self._hand_over = URLSafeSerializer(key, salt="countersign.hand-over")

    def session(self, person: Person, *, began: float | None = None) -> str:
        """The text of a session's cookie."""
        return str(self._session.dumps(_as_told(person, began)))

    def read_session(self, cookie: str) -> Session | None:
        """Who signed in; None for what is forged, old, or of another version."""
        return _session_of(_loaded(self._session, cookie))

    def hand_over(self, session: Session, proof: str) -> str:
        """A code by which another frame goes on with this session: no session itself, and worth nothing without the
        secret whose hash is `proof`. Only the frame that asked knows that, and forgets it when it was used."""
        return str(self._hand_over.dumps({**_as_told(session.person, session.began), "proof": proof}))

    def read_hand_over(self, code: str, secret: str) -> Session | None:
        """The session that a code stands for; None for what is forged or old, or for another secret."""
        told = _loaded(self._hand_over, code)
        session = _session_of(told)
        if session is None or time.time() - session.used > HAND_OVER:
            return None
        return session if hmac.compare_digest(proof_of(secret).encode(), str(told.get("proof")).encode()) else None

    def link(self, run_id: int) -> str:
        """The key of a draft's link."""
        return str(self._link.dumps([run_id, int(time.time())]))

    def read_link(self, key: str) -> int | None:
        """The run whose draft it shows; None for what is forged or old."""
        told = _loaded(self._link, key)
        try:
            run_id, at = int(told[0]), float(told[1])
        except (KeyError, TypeError, ValueError, IndexError):
            return None
        return run_id if time.time() - at < LINK_AGE else None

    def state(self, told: dict[str, Any]) -> str:
        """What a sign-in has to remember until it comes back."""
        return str(self._state.dumps({**told, "at": time.time()}))

    def read_state(self, cookie: str, *, within: float = 600) -> dict[str, Any] | None:
        told = _loaded(self._state, cookie)
        if not isinstance(told, dict) or time.time() - float(told.get("at", 0)) > within:
            return None
        return told


def proof_of(secret: str) -> str:
    """What may be shown of a secret that is shown later: its SHA-256 in base64url, as browsers compute it, too."""
    return urlsafe_b64encode(sha256(secret.encode()).digest()).decode().rstrip("=")


def _as_told(person: Person, began: float | None) -> dict[str, Any]:
    now = time.time()
    return {
        "id": person.id,
        "name": person.name,
        "groups": sorted(person.groups),
        "rights": sorted(person.rights),
        "accounts": None if person.accounts is None else sorted(person.accounts),
        "began": began or now,
        "used": now,
    }


def _session_of(told: Any) -> Session | None:
    try:
        person = Person(
            str(told["id"]),
            str(told["name"]),
            frozenset(told["groups"]),
            frozenset(map(Right, told["rights"])),
            None if told["accounts"] is None else frozenset(told["accounts"]),
        )
        session = Session(person, float(told["began"]), float(told["used"]))
    except (KeyError, TypeError, ValueError):
        return None
    now = time.time()
    return session if now - session.used < IDLE and now - session.began < LONGEST else None


def _loaded(serializer: URLSafeSerializer, text: str) -> Any:
    try:
        return serializer.loads(text[:8192])
    except (BadSignature, ValueError):
        return {}


def key_of(given: str | None, home: Path, name: str = "secret.key") -> str:
    """The key of this installation: from the environment, else one that is made once and kept beside the database.

    Several machines need the same, so there it must be given."""
    if given:
        return given
    file = home / name
    try:
        return json.loads(file.read_text())["key"]  # type: ignore[no-any-return]
    except (OSError, ValueError, KeyError):
        pass
    made = home / f"{name}.{os.getpid()}.{secrets.token_hex(4)}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        made.touch(mode=0o600)
        made.write_text(json.dumps({"key": secrets.token_urlsafe(32)}))
    except OSError as error:
        variable = f"COUNTERSIGN_{name.upper().replace('.', '_')}"
        raise ConfigurationInvalid([f"{home}: no key can be kept there ({error.strerror}); set {variable}"]) from None
    try:
        os.link(made, file)  # the first one wins, also among processes that start together
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return json.loads(file.read_text())["key"]  # type: ignore[no-any-return]
