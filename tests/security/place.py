"""One gateway for two companies, each with words that nobody of the other may read, and everybody who may ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from gateway.access.people import People, Person
from gateway.access.sessions import Signer
from gateway.bootstrap.people import signer_of
from gateway.knowledge import Article, Defaults
from gateway.knowledge.sources import Content, Declared
from gateway.knowledge.sync import Librarian
from gateway.records import RunState
from gateway.store import pauses
from gateway.store.database import Database
from gateway.store.quarantine import keep
from tests.api.door import OWNER, environment
from tests.pages.policy_rows import publish
from tests.pages.rows import walk
from tests.pages.steps import Plan
from tests.security.asking import ELSEWHERE, HERE, Answered, ask

TOKEN = "a-token-of-24-characters-or-more"
OURS = {"origin": "http://localhost"}
WORDS = {"acme": "okapi", "umbrella": "wombat"}
DECLARED: dict[str, Any] = {
    "accounts": {
        name: {
            "connector": "zendesk",
            "owner": OWNER,
            "base_url": f"https://{name}.zendesk.com",
            "title": f"Support of {word}",
            "options": {"email": "bot@example.com"},
            "secrets": {"api_token": {"env": "ACME_TOKEN"}},
            "knowledge": [f"help-{name}"],
        }
        for name, word in WORDS.items()
    },
    "knowledge": {f"help-{name}": {"owner": OWNER, "folder": "nowhere"} for name in WORDS},
    "people": {name: {"name": name.title()} for name in ("ann", "lea", "aud", "ops", "uma")},
    "groups": {
        "care": {"members": ["ann", "lea"], "accounts": ["acme"]},
        "leads": {"members": ["lea"], "accounts": ["acme"], "rights": ["agent", "admin"]},
        "auditors": {"members": ["aud"], "rights": ["auditor"]},
        "operators": {"members": ["ops"], "rights": ["ops"]},
        "strangers": {"members": ["uma"], "accounts": ["umbrella"]},
    },
    "sign_in": {"picker": True},
}


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who asks. `knows`: the accounts whose words may be told; `key`: of a draft's link."""

    name: str
    knows: frozenset[str]
    headers: Mapping[str, str]
    key: str = ""
    client: tuple[str, int] = ELSEWHERE


@dataclass(frozen=True, slots=True)
class Place:
    """The application with rows of both accounts. `runs`: account -> the run whose draft waits."""

    app: ASGIApp
    database: Database
    signer: Signer
    people: People
    runs: Mapping[str, int]

    def role(self, name: str) -> Role:
        acme, everything = frozenset({"acme"}), frozenset(WORDS)
        match name:
            case "nobody":
                return Role(name, frozenset(), {})
            case "a stranger":
                return Role(name, frozenset({"umbrella"}), self._session(self._person("uma")))
            case "agent":
                return Role(name, acme, self._session(self._person("ann")))
            case "lead":
                return Role(name, acme, self._session(self._person("lea")))
            case "sidebar":
                return Role(name, acme, self._session(self._person("ann").narrowed("acme")))
            case "auditor":
                return Role(name, everything, self._session(self._person("aud")))
            case "operator":
                return Role(name, everything, self._session(self._person("ops")))
            case "token":
                return Role(name, everything, {"authorization": f"Bearer {TOKEN}"})
            case "this machine":
                return Role(name, everything, {}, client=HERE)
            case "link":
                return Role(name, acme, {}, key=self.signer.link(self.runs["acme"]))
            case "another link":
                return Role(name, frozenset({"umbrella"}), {}, key=self.signer.link(self.runs["umbrella"]))
        raise AssertionError(name)

    async def ask(
        self, role: Role, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answered:
        if role.key:
            url += f"{'&' if '?' in url else '?'}key={role.key}"
        return await ask(self.app, method, url, {**role.headers, **(headers or {})}, body, role.client)

    def _person(self, name: str) -> Person:
        found = self.people.by_id(name)
        assert found is not None
        return found

    def _session(self, person: Person) -> dict[str, str]:
        return {"cookie": f"countersign={self.signer.session(person)}"}


def settings(folder: Path) -> Any:
    return environment(folder, declared=DECLARED, admin_token=TOKEN)


async def built(app: Any, folder: Path, database: Database) -> Place:
    """Every kind of row of both accounts: a draft, an article, a dead event, a delivery in quarantine, a pause."""
    runs = {}
    for account, word in WORDS.items():
        plan = Plan(
            account=account,
            ticket=f"{word}-1",
            subject=f"About my {word}",
            question=f"Where is my {word}?",
            draft=f"Your {word} is here.",
            because=(f"No {word} without a person.",),
        )
        runs[account] = await walk(database, plan)
        dead = Plan(account=account, ticket=f"{word}-2", upto="draft", state=RunState.FAILED, reason=f"lost the {word}")
        await walk(database, dead, timedelta(minutes=5))
        now, told = datetime.now(UTC), {"reason": f"no {word}", "like": None, "missing": [word], "added": []}
        request = {"headers": [], "text": word, "method": "POST", "query": {}}
        await keep(database, account, request, received_at=now, size=9, **told)
        await pauses.pause(database, account, by=f"keeper of the {word}", because=f"the {word} is loose")
    await database.run("update decision set explanation = explanation - 'approvers'")
    await _articles(database)
    await publish(database)
    signer = signer_of(settings(folder))
    return Place(app, database, signer, app.state.door.people, runs)


async def _articles(database: Database) -> None:
    async def read(account: str) -> Content:
        source, word = f"help-{account}", WORDS[account]
        return Content([Article(source, f"{word}-article", f"On the {word}", f"A {word} eats leaves.", language="en")])

    librarian = Librarian(
        database,
        [
            Declared(
                Defaults(f"help-{account}", owner=f"Friends of the {WORDS[account]}"),
                f"{WORDS[account]}@example.com",
                f"folder {WORDS[account]}",
                lambda _, account=account: read(account),
            )
            for account in WORDS
        ],
    )
    await librarian.begin()
    await librarian.take_turn()
