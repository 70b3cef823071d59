"""Every route is asked by everybody: who may not pass learns nothing, and a new route needs a line here."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.app import create_app
from gateway.store.database import Database
from tests.security.asking import HERE, routes_of
from tests.security.place import OURS, TOKEN, WORDS, Place, Role, built, settings

pytestmark = pytest.mark.usefixtures("secrets")
ROLES = (
    *("nobody", "a stranger", "agent", "lead", "sidebar", "auditor", "operator", "token", "this machine"),
    *("link", "another link"),
)
RUNS_IT = frozenset({"operator", "token", "this machine"})
SEES_ALL = RUNS_IT | {"auditor"}
SIGNED_IN = frozenset({"a stranger", "agent", "lead", "sidebar", "auditor", "operator"})
INSIDE = SIGNED_IN | RUNS_IT
OF_ACME = INSIDE - {"a stranger"}  # who may read what is acme's
ALL = frozenset(ROLES)
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
REFUSED = (401, 403, 404, 405)


@dataclass(frozen=True, slots=True)
class Expected:
    """How a route is asked for acme's things, and who is let in. `{run}`, `{word}`, `{account}` are filled in."""

    url: str
    who: frozenset[str]
    body: str = ""
    kind: str = "form"


ROUTES = {
    "GET /openapi.json": Expected("/openapi.json", SEES_ALL),
    "GET /docs": Expected("/docs", SEES_ALL),
    "GET /docs/oauth2-redirect": Expected("/docs/oauth2-redirect", SEES_ALL),
    "GET /metrics": Expected("/metrics", SEES_ALL),
    # for everybody, and nothing in it
    "HEAD /webhooks/{account}": Expected("/webhooks/{account}", ALL),
    "GET /healthz": Expected("/healthz", ALL),
    "GET /livez": Expected("/livez", ALL),
    "GET /readyz": Expected("/readyz?verbose", ALL),
    "GET /static/{name}": Expected("/static/style.css", ALL),
    "GET /sign-in": Expected("/sign-in", ALL),
    "POST /sign-in": Expected("/sign-in", ALL, "person=ann"),
    "GET /sign-in/window": Expected(f"/sign-in/window?proof={'x' * 43}", SIGNED_IN),
    "GET /sidebar/{account}": Expected("/sidebar/{account}", ALL),
    "GET /sidebar/{account}/desk.js": Expected("/sidebar/{account}/desk.js", ALL),
    "POST /sidebar/{account}": Expected("/sidebar/{account}", ALL),
    # open, and of no use without a proof
    "POST /webhooks/{account}": Expected("/webhooks/{account}", frozenset(), "{}", "json"),
    "POST /sign-in/frame": Expected("/sign-in/frame", frozenset(), "code=made-up&secret=made-up"),
    "GET /sign-in/start": Expected("/sign-in/start", frozenset()),
    "GET /sign-in/back": Expected("/sign-in/back?code=a&state=b", frozenset()),
    "POST /sign-out": Expected("/sign-out", SIGNED_IN),
    # for programs
    "GET /api/runs": Expected("/api/runs", SEES_ALL),
    "GET /api/runs/{run_id}": Expected("/api/runs/{run}", SEES_ALL),
    "GET /api/tickets/{account}/{ticket_id:path}": Expected("/api/tickets/{account}/{word}-1", SEES_ALL),
    "GET /api/ledger/tickets": Expected("/api/ledger/tickets", SEES_ALL),
    "GET /api/ledger/groups": Expected("/api/ledger/groups?by=account", SEES_ALL),
    "GET /api/dead": Expected("/api/dead", SEES_ALL),
    "GET /api/dead/deliveries": Expected("/api/dead/deliveries", SEES_ALL),
    "GET /api/pauses": Expected("/api/pauses", SEES_ALL),
    "POST /api/dead/replay": Expected("/api/dead/replay", RUNS_IT, '{"ids": [1]}', "json"),
    "POST /api/pause": Expected("/api/pause", RUNS_IT, '{"account": "{account}", "because": "x"}', "json"),
    "POST /api/resume": Expected("/api/resume", RUNS_IT, '{"account": "{account}"}', "json"),
    # for people
    "GET /": Expected("/", INSIDE),
    "GET /inbox/live": Expected("/inbox/live", INSIDE),
    "GET /runs": Expected("/runs", INSIDE),
    "GET /runs/{run_id}": Expected("/runs/{run}", OF_ACME),
    "GET /tickets/{account}/{ticket_id:path}": Expected("/tickets/{account}/{word}-1", OF_ACME),
    "GET /knowledge": Expected("/knowledge", INSIDE),
    "GET /knowledge/{source}/{article_id:path}": Expected("/knowledge/help-{account}/{word}-article", OF_ACME),
    "GET /policies": Expected("/policies", INSIDE),
    "GET /policies/sets/{version}": Expected("/policies/sets/{version}", INSIDE),
    "GET /policies/diff": Expected("/policies/diff?a={version}&b={version}", INSIDE),
    "GET /policies/try": Expected("/policies/try", INSIDE),
    "POST /policies/try": Expected("/policies/try", frozenset({"lead", "token", "this machine"})),
    "GET /costs": Expected("/costs", SEES_ALL | {"lead"}),
    "GET /costs/{file}": Expected("/costs/dearest.csv", SEES_ALL | {"lead"}),
    "GET /review/{run_id}": Expected("/review/{run}", OF_ACME | {"link"}),
    "GET /review/{run_id}/live": Expected("/review/{run}/live", OF_ACME | {"link"}),
    "GET /review/ticket/{account}/{ticket_id:path}": Expected("/review/ticket/{account}/{word}-1", OF_ACME),
    "GET /review/waiting/{account}/{ticket_id:path}": Expected("/review/waiting/{account}/{word}-1", OF_ACME),
    "POST /review/{run_id}/{act}": Expected("/review/{run}/hold", frozenset({"agent", "lead", "sidebar"})),
    "POST /review/{run_id}/check/afterwards": Expected(
        "/review/{run}/check/afterwards", frozenset({"agent", "lead", "sidebar"}), "finding=good"
    ),
    "GET /dead": Expected("/dead", SEES_ALL),
    "POST /dead/replay": Expected("/dead/replay", RUNS_IT, "run=1"),
    "GET /pause": Expected("/pause", SEES_ALL),
    "POST /pause": Expected("/pause", RUNS_IT, "account={account}&because=x"),
    "POST /resume": Expected("/resume", RUNS_IT, "account={account}"),
}
# What comes from another site by its nature; what it says is proved by a signature.
SIGNED = {"POST /webhooks/{account}", "POST /sidebar/{account}"}
MUTATING = [route for route in ROUTES if route.startswith("POST ") and route not in SIGNED]


@pytest.fixture
async def place(tmp_path: Path, database: Database) -> AsyncIterator[Place]:
    app = create_app(settings(tmp_path), database.url)
    async with app.router.lifespan_context(app):
        yield await built(app, tmp_path, database)


async def test_every_route_is_expected_here(place: Place) -> None:
    assert {f"{method} {path}" for method, path in routes_of(place.app.router.routes)} == ROUTES.keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ROLES)
async def test_nobody_passes_or_reads_what_is_not_theirs(place: Place, name: str) -> None:
    role = place.role(name)
    passed, told = set(), []
    version = await newest_version(place)
    for route, expected in ROUTES.items():
        for account in WORDS:
            answer = await asked(place, role, route, expected, account, version)
            if (
                account == "acme"
                and answer.status not in REFUSED
                and "/sign-in?" not in answer.headers.get("location", "")
            ):
                passed.add(route)
            assert answer.status < 500, (route, answer.text)
            told += [
                (route, account, other)
                for other, word in WORDS.items()
                if other not in role.knows and word in answer.text.lower()
            ]

    assert told == []
    assert passed == {route for route, expected in ROUTES.items() if name in expected.who}


@pytest.mark.parametrize("name", ["a stranger", "agent", "sidebar", "link", "another link", "nobody"])
async def test_what_is_somebody_elses_is_not_told_apart_from_what_is_not_there(place: Place, name: str) -> None:
    role = place.role(name)
    (foreign,) = sorted(WORDS.keys() - role.knows)[:1]
    run, word = place.runs[foreign], WORDS[foreign]
    there = [f"/review/{run}", f"/review/{run}/live", f"/runs/{run}", f"/knowledge/help-{foreign}/{word}-article",
             f"/tickets/{foreign}/{word}-1", f"/review/ticket/{foreign}/{word}-1"]  # fmt: skip
    not_there = ["/review/987654", "/review/987654/live", "/runs/987654", "/knowledge/help-nobody/article",
                 "/tickets/nobody/1", "/review/ticket/nobody/1"]  # fmt: skip

    for one, other in zip(there, not_there, strict=True):
        found, missing = await place.ask(role, "GET", one), await place.ask(role, "GET", other)
        assert (found.status, found.text) == (missing.status, missing.text), one


async def test_other_methods_do_nothing(place: Place) -> None:
    version = await newest_version(place)
    for role in (place.role("this machine"), place.role("nobody")):
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get"):
            for expected in ROUTES.values():
                url = filled(expected.url, place, "acme", version)
                assert (await place.ask(role, method, url, headers=OURS)).status in REFUSED, (method, url)


FOREIGN = [
    {},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "https://localhost"},
    {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
    {"sec-fetch-site": "same-site", "origin": "http://app.localhost"},
]
BY_A_FORM = ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x")


@pytest.mark.parametrize("name", ["this machine", "operator", "lead"])
async def test_a_page_of_another_site_changes_nothing_by_any_form_that_it_can_send(place: Place, name: str) -> None:
    role = place.role(name)
    before = await counted(place.database)
    for route in MUTATING:
        expected = ROUTES[route]
        for headers in FOREIGN:
            for kind in BY_A_FORM:
                body = filled(expected.body, place, "acme", "").encode()
                url = filled(expected.url, place, "acme", "")
                answer = await place.ask(role, "POST", url, body, {**headers, "content-type": kind})
                assert answer.status in (400, 403, 415, 422), (route, headers, kind, answer.status)

    assert await counted(place.database) == before


async def test_the_token_of_another_installation_and_half_a_session_open_nothing(place: Place) -> None:
    session = place.role("operator").headers["cookie"]
    forged = [
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"cookie": session[:-1]},
        {"cookie": "countersign=" + "A" * 5000},
    ]
    for headers in forged:
        role = Role("forged", frozenset(), headers)
        for path in ("/", "/api/runs", "/pause", f"/review/{place.runs['acme']}"):
            answer = await place.ask(role, "GET", path)
            assert answer.status == 403, path
            assert not any(word in answer.text for word in WORDS.values())


async def test_a_name_of_another_site_that_leads_here_is_not_this_machine(place: Place) -> None:
    role = Role("rebound", frozenset(), {"host": "rebound.example"}, client=HERE)

    assert (await place.ask(role, "GET", "/api/runs")).status == 403


async def asked(place: Place, role: Role, route: str, expected: Expected, account: str, version: str):  # type: ignore[no-untyped-def]
    method = route.partition(" ")[0]
    body = filled(expected.body, place, account, version).encode() if expected.body else b""
    kind = {} if method != "POST" else JSON if expected.kind == "json" else FORM
    return await place.ask(role, method, filled(expected.url, place, account, version), body, {**OURS, **kind})


def filled(text: str, place: Place, account: str, version: str) -> str:
    values = {"account": account, "word": WORDS[account], "run": place.runs[account], "version": version}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


async def newest_version(place: Place) -> str:
    row = await place.database.one("select version from policy_publication order by id desc limit 1")
    assert row is not None
    return str(row["version"])


async def counted(database: Database) -> list[int]:
    """How much there is of everything that a form can change."""
    row = await database.one(
        """select (select count(*) from review) as reviews, (select count(*) from event) as events,
           (select count(*) from pause where resumed_at is null) as pauses, (select count(*) from audit_entry) as acts,
           (select count(*) from procrastinate_jobs) as jobs, (select count(*) from outcome) as outcomes"""
    )
    assert row is not None
    return list(row.values())


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [("nobody", "/sign-in", []), ("agent", "/", ["okapi"]), ("link", "/review/{run}", ["okapi"]),
     ("a stranger", "/runs", ["wombat"]), ("auditor", "/", ["okapi", "wombat"])],
)  # fmt: skip
async def test_a_pause_is_told_to_those_whom_it_concerns(place: Place, name: str, path: str, words: list[str]) -> None:
    answer = await place.ask(place.role(name), "GET", filled(path, place, "acme", ""))

    assert answer.status == 200
    assert [word for word in WORDS.values() if f"the {word} is loose" in answer.text] == words


async def test_the_filter_of_runs_offers_the_accounts_that_one_may_see(place: Place) -> None:
    assert "<option>acme</option>" in (await place.ask(place.role("agent"), "GET", "/runs")).text
    assert "<option>acme</option>" not in (await place.ask(place.role("a stranger"), "GET", "/runs")).text
