"""Our page beside a ticket, as a help desk and a browser ask for it; `tests/browser` shows it in a real one."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from gateway.access.people import Person, Right
from gateway.access.sessions import Signer, proof_of
from gateway.bootstrap.people import signer_of
from gateway.store.database import Database
from tests.api.door import ACCOUNT, OWNER, door, environment
from tests.api.door import SECRET as WEBHOOK_SECRET
from tests.pages.reading import Page
from tests.pages.rows import walk
from tests.pages.steps import Plan

KEY = RSAKey.generate_key(2048)
DESK = "https://acme.zendesk.com"
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-dest": "iframe"}
ELSEWHERE = ("203.0.113.9", 50_000)
SECRET = "what only the frame knows"
OURS = {"origin": "http://localhost"}
SESSION = "__Host-countersign"


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return signer_of(environment(tmp_path))


@pytest.fixture
async def web(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    key = KEY.as_pem(private=False).decode()
    for name, value in (("ACME_SECRET", WEBHOOK_SECRET), ("ACME_TOKEN", "t"), ("ZEN_KEY", key)):
        monkeypatch.setenv(name, value)
    secrets = {"api_token": {"env": "ACME_TOKEN"}, "app_public_key": {"env": "ZEN_KEY"}}
    zen = {"connector": "zendesk", "owner": OWNER, "base_url": DESK, "options": {"email": "bot@acme.example"}}
    accounts = {
        "acme": ACCOUNT,
        "zen": {**zen, "secrets": secrets},
        "unsigned": {**zen, "secrets": {"api_token": {"env": "ACME_TOKEN"}}, "framed_by": "https://desk.acme.example/"},
    }
    people = {"people": {"ann": {"name": "Ann", "ids": {"zen": "5"}}}, "groups": {"care": {"members": ["ann"]}}}
    settings = environment(
        tmp_path,
        declared={"accounts": accounts, **people, "sign_in": {"picker": True}},
        public_url="https://gateway.example",
    )
    async with door(settings, database_url, ELSEWHERE) as client:
        yield client


def token(user: str = "5", **lies: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": DESK,
        "aud": f"{DESK}/api/v2/apps/installations/1.json",
        "sub": f"{DESK}/api/v2/users/{user}.json",
        "iat": now,
        "exp": now + 60,
    }
    return jwt.encode({"alg": "RS256"}, {**claims, **lies}, KEY)


async def test_a_signed_opening_makes_a_session_for_frames_and_keeps_what_the_help_desk_said(
    web: httpx.AsyncClient, signer: Signer
) -> None:
    asked = f"/sidebar/zen?origin={DESK}&app_guid=a%26b"

    answer = await web.post(asked, data={"token": token()}, headers=FORM)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sidebar/zen?origin=https%3A%2F%2Facme.zendesk.com&app_guid=a%26b"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SESSION}=")
    assert "Secure; SameSite=None; Partitioned" in cookie
    session = signer.read_session(cookie.partition("=")[2].partition(";")[0])
    assert session is not None
    assert (session.person.id, session.person.accounts) == ("ann", {"zen"})


@pytest.mark.parametrize("lie", [{"exp": 1}, {"aud": "https://other.zendesk.com/api/v2/apps/installations/1.json"}])
async def test_an_opening_that_is_not_authentic_makes_no_session_and_says_so_within_the_frame(
    web: httpx.AsyncClient, lie: dict[str, Any]
) -> None:
    answer = await web.post("/sidebar/zen", data={"token": token(**lie)}, headers=FORM)

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "does not tell who you are" in Page(answer.text).text
    assert f"frame-ancestors {DESK} 'self'" in answer.headers["content-security-policy"]


async def test_a_form_of_another_page_signs_nobody_in(web: httpx.AsyncClient) -> None:
    answer = await web.post("/sidebar/zen", data={"token": token()}, headers={**FORM, "sec-fetch-dest": "document"})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_without_the_key_the_page_opens_and_asks_people_to_sign_in(web: httpx.AsyncClient) -> None:
    opened = await web.post("/sidebar/unsigned?origin=x", data={"token": token()}, headers=FORM)
    page = await web.get(opened.headers["location"])

    assert "set-cookie" not in opened.headers
    assert "Sign in" in Page(page.text).text
    assert "frame-ancestors https://desk.acme.example 'self'" in page.headers["content-security-policy"]


async def test_only_our_scripts_and_the_vendors_library_run_there(web: httpx.AsyncClient) -> None:
    page = await web.get("/sidebar/zen")
    script = await web.get("/sidebar/zen/desk.js")

    policy = page.headers["content-security-policy"]
    assert "script-src 'self' https://static.zdassets.com;" in policy
    assert "frame-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path", ["/sidebar/acme", "/sidebar/acme/desk.js", "/sidebar/nobody", "/sidebar/nobody/desk.js"]
)
async def test_an_account_whose_help_desk_shows_no_page_of_ours_has_none(web: httpx.AsyncClient, path: str) -> None:
    assert (await web.get(path)).status_code == 404


async def test_what_is_far_too_long_is_not_read(web: httpx.AsyncClient) -> None:
    assert (await web.post("/sidebar/zen", content=b"token=" + b"a" * 40_000, headers=FORM)).status_code == 413


class TestHandedOver:
    async def test_a_window_that_has_a_session_gives_a_code_and_the_frame_goes_on_with_it(
        self, web: httpx.AsyncClient, signer: Signer
    ) -> None:
        code = await self.code(web)

        taken = await web.post("/sign-in/frame", data={"code": code, "secret": SECRET}, headers=OURS)

        assert taken.status_code == 204
        assert "Partitioned" in taken.headers["set-cookie"]
        session = signer.read_session(taken.headers["set-cookie"].partition("=")[2].partition(";")[0])
        assert session is not None
        assert session.person.id == "ann"

    @pytest.mark.parametrize("secret", ["", "a guess", proof_of(SECRET)])
    async def test_without_the_secret_the_code_is_worth_nothing(self, web: httpx.AsyncClient, secret: str) -> None:
        code = await self.code(web)

        answer = await web.post("/sign-in/frame", data={"code": code, "secret": secret}, headers=OURS)

        assert answer.status_code in (401, 422)
        assert "set-cookie" not in answer.headers

    async def test_the_code_itself_is_no_session(self, web: httpx.AsyncClient) -> None:
        code = await self.code(web)

        answer = await web.get("/runs", headers={"cookie": f"{SESSION}={code}", "accept": "text/html"})

        assert answer.status_code == 303

    async def test_another_site_cannot_exchange_it(self, web: httpx.AsyncClient) -> None:
        code = await self.code(web)

        form = {"code": code, "secret": SECRET}
        answer = await web.post("/sign-in/frame", data=form, headers={"origin": "https://evil.example"})

        assert answer.status_code == 403

    async def test_the_window_leads_to_the_sign_in_and_is_shown_in_no_frame(self, web: httpx.AsyncClient) -> None:
        asked = f"/sign-in/window?proof={proof_of(SECRET)}"

        answer = await web.get(asked)

        assert answer.headers["location"] == f"/sign-in?next=%2Fsign-in%2Fwindow%3Fproof%3D{proof_of(SECRET)}"
        assert (await web.get("/sign-in/window?proof=x")).status_code == 422

    async def code(self, web: httpx.AsyncClient) -> str:
        picked = await web.post("/sign-in", data={"person": "ann"}, headers=OURS)
        cookie = picked.headers["set-cookie"].partition(";")[0]
        window = await web.get(f"/sign-in/window?proof={proof_of(SECRET)}", headers={"cookie": cookie})
        assert "frame-ancestors 'none'" in window.headers["content-security-policy"]
        return window.text.partition('data-code="')[2].partition('"')[0]


class TestWithoutADraft:
    @pytest.fixture
    def cookie(self, signer: Signer) -> dict[str, str]:
        person = Person("ann", "Ann", rights=frozenset({Right.AGENT}), accounts=frozenset({"zen"}))
        return {"cookie": f"{SESSION}={signer.session(person)}", "accept": "text/html"}

    async def test_a_ticket_without_one_says_so_and_may_be_framed(
        self, web: httpx.AsyncClient, cookie: dict[str, str]
    ) -> None:
        page = await web.get("/review/ticket/zen/77?aside=1", headers=cookie)

        assert page.status_code == 200
        assert Page(page.text).faults == []
        assert "No draft yet" in page.text
        assert f"frame-ancestors {DESK} 'self'" in page.headers["content-security-policy"]

    async def test_the_stream_ends_with_the_draft_when_there_is_one(
        self, web: httpx.AsyncClient, cookie: dict[str, str], database: Database
    ) -> None:
        run = await walk(database, Plan(account="zen", ticket="a/b"))

        answer = await web.get("/review/waiting/zen/a%2Fb", headers=cookie)

        assert f'data: {{"draft": {run}}}' in answer.text

    async def test_a_strangers_ticket_is_not_told_apart_from_none(
        self, web: httpx.AsyncClient, cookie: dict[str, str], database: Database
    ) -> None:
        await walk(database, Plan(account="acme", ticket="77"))

        for ticket in ("77", "78"):
            for path in (f"/review/ticket/acme/{ticket}", f"/review/waiting/acme/{ticket}"):
                assert (await web.get(path, headers=cookie)).status_code == 404
