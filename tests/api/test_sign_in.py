"""Signing in at a real provider over HTTP, and what a session then opens."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.store.database import Database
from tests.access.provider import OTHER_KEY, Provider, path_of, provider
from tests.api.door import door, environment

pytestmark = pytest.mark.usefixtures("secrets")
ELSEWHERE = ("203.0.113.9", 50_000)
HTML = {"accept": "text/html"}
PEOPLE = {
    "people": {"ann": {"name": "Ann", "email": "ann@acme.example"}},
    "groups": {
        "agents": {"members": ["ann"]},
        "leads": {"claim": "sso-leads"},
        "operators": {"claim": "sso-ops", "rights": ["admin", "ops"]},
    },
}


@pytest.fixture
def idp() -> Iterator[Provider]:
    with provider() as made:
        yield made


def declared(idp: Provider) -> dict[str, Any]:
    return {**PEOPLE, "sign_in": {"issuer": idp.issuer, "client_id": "countersign", "allow_private_network": True}}


@pytest.fixture
async def web(tmp_path: Path, database_url: str, idp: Provider) -> AsyncIterator[httpx.AsyncClient]:
    settings = environment(tmp_path, declared=declared(idp), public_url="http://localhost")
    async with door(settings, database_url, ELSEWHERE) as client:
        yield client


async def signs_in(web: httpx.AsyncClient, next: str = "/") -> httpx.Response:
    """Through the provider and back, as a browser goes."""
    start = await web.get("/sign-in/start", params={"next": next})
    assert start.status_code == 303, start.text
    async with httpx.AsyncClient() as outside:
        there = await outside.get(start.headers["location"])
    return await web.get(path_of(there.headers["location"]), headers=HTML)


async def test_a_browser_without_a_session_is_sent_to_sign_in_and_comes_back(web: httpx.AsyncClient) -> None:
    turned = await web.get("/runs?account=acme", headers=HTML)
    assert turned.status_code == 303
    assert turned.headers["location"] == "/sign-in?next=%2Fruns%3Faccount%3Dacme"

    back = await signs_in(web, "/runs?account=acme")

    assert (back.status_code, back.headers["location"]) == (303, "/runs?account=acme")
    page = await web.get("/runs?account=acme", headers=HTML)
    assert page.status_code == 200
    assert "Ann" in page.text


async def test_nobody_is_in_who_is_not_on_record_with_rights_and_address(
    web: httpx.AsyncClient, database: Database
) -> None:
    await signs_in(web)

    row = await database.one("select * from audit_entry where act = 'sign-in'")
    assert row is not None
    assert (row["who"], row["from_where"]) == ("ann", "page, 203.0.113.9")
    assert row["detail"] == {"rights": ["agent"], "groups": ["agents", "leads"], "accounts": None}


async def test_a_program_without_a_session_gets_no_redirect(web: httpx.AsyncClient) -> None:
    assert (await web.get("/api/runs")).status_code == 403


async def test_groups_open_what_their_rights_say_and_nothing_more(web: httpx.AsyncClient, idp: Provider) -> None:
    await signs_in(web)
    assert (await web.get("/", headers=HTML)).status_code == 200
    for path in ("/pause", "/dead", "/api/runs", "/metrics"):
        assert (await web.get(path, headers=HTML)).status_code == 403, path

    idp.claims = {"groups": ["sso-ops"]}
    await signs_in(web)
    for path in ("/pause", "/dead", "/api/runs"):
        assert (await web.get(path)).status_code == 200, path


async def test_signing_out_ends_it(web: httpx.AsyncClient) -> None:
    await signs_in(web)
    ours = {"origin": "http://localhost", **HTML}

    assert (await web.post("/sign-out", headers=ours)).status_code == 303

    assert (await web.get("/", headers=HTML)).status_code == 303


LIES: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "somebody-else"},
    "another issuer": {"iss": "https://evil.example"},
    "another nonce": {"nonce": "replayed"},
    "no nonce": {"nonce": None},
    "expired": {"exp": int(time.time()) - 3600},
    "no mail": {"email": None},
    "a mail that nobody verified": {"email_verified": False},
}


@pytest.mark.parametrize("claims", LIES.values(), ids=LIES.keys())
async def test_a_token_that_lies_signs_nobody_in(web: httpx.AsyncClient, idp: Provider, claims: dict[str, Any]) -> None:
    idp.claims = claims

    answer = await signs_in(web)

    assert answer.status_code == 401
    assert (await web.get("/", headers=HTML)).status_code == 303


async def test_a_token_that_somebody_else_signed_signs_nobody_in(web: httpx.AsyncClient, idp: Provider) -> None:
    idp.key = OTHER_KEY

    assert (await signs_in(web)).status_code == 401


async def test_somebody_in_no_group_is_told_what_to_do(web: httpx.AsyncClient, idp: Provider) -> None:
    idp.claims = {"email": "stranger@acme.example", "groups": []}

    answer = await signs_in(web)

    assert answer.status_code == 403
    assert "in no group" in answer.text


async def test_a_sign_in_that_was_not_begun_here_is_refused(web: httpx.AsyncClient) -> None:
    answer = await web.get("/sign-in/back?code=a-code&state=made-up", headers=HTML)

    assert answer.status_code == 401


async def test_a_provider_that_is_away_is_said_to_be(tmp_path: Path, database_url: str) -> None:
    inside = {"issuer": "http://127.0.0.1:9", "client_id": "countersign", "allow_private_network": True}
    nowhere = {**PEOPLE, "sign_in": inside}
    async with door(environment(tmp_path, declared=nowhere), database_url, ELSEWHERE) as web:
        answer = await web.get("/sign-in/start")

    assert answer.status_code == 503


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "x"])
async def test_after_a_sign_in_nobody_is_led_to_another_site(web: httpx.AsyncClient, next: str) -> None:
    assert (await signs_in(web, next)).headers["location"] == "/"
