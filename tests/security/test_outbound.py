"""Nothing that is configured, linked, redirected or resolved leads a call of ours to where it must not go."""

import asyncio
import dataclasses
import importlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import respx
from pydantic import SecretStr, ValidationError

from connectors.addresses import tells_secrets
from connectors.errors import ConnectorError, Misconfigured, Rejected
from connectors.files import read_link
from gateway.access.oidc import Provider, SignIn
from gateway.errors import SignInUnavailable
from gateway.knowledge import Defaults
from gateway.knowledge.pages import Sitemap
from gateway.models import Candidate, Drafter, PromptFile, Route
from gateway.models.errors import ModelError
from gateway.settings.file import CandidateEntry
from tests.connectors.contract import ConnectorContract
from tests.connectors.loopback import Loopback, answers, http_answer
from tests.connectors.test_http_secrets import names
from tests.models.conftest import PROMPTS
from tests.models.rows import MemoryLog, nothing, request_for

ROOT = Path(__file__).parents[2]
SUITES = sorted(file.parent.name for file in (ROOT / "tests" / "connectors").glob("*/test_connector.py"))
# In every way to write them: what is inside, what a machine tells of itself, and what is no web address.
NOWHERE = [
    *("https://127.0.0.1", "https://0.0.0.0", "https://10.0.0.8", "https://172.31.255.255", "https://192.168.1.1"),
    *("https://169.254.169.254", "https://100.100.100.200", "https://localhost", "https://desk.localhost"),
    *("https://[::1]", "https://[::]", "https://[fd00:ec2::254]", "https://[fe80::1]", "https://[::ffff:10.0.0.1]"),
    *("https://[64:ff9b::a9fe:a9fe]", "https://[2002:7f00:1::1]", "https://127\u30020\u30020\u30021"),
    *("http://desk.example.com", "https://me:secret@desk.example.com", "https://desk.example.com@127.0.0.1"),
    *("file:///etc/passwd", "gopher://127.0.0.1:25/_MAIL", "dict://127.0.0.1:11211/", "ftp://desk.example.com"),
    *("//desk.example.com", "data:text/html,x", "javascript:alert(1)", "https://", ""),
]
# A resolver reads them as addresses inside; they show only when a connection stands.
ONLY_BY_CONNECTING = ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1"]


@pytest.mark.parametrize("url", NOWHERE)
@pytest.mark.parametrize("name", SUITES)
def test_no_help_desk_stands_at_such_an_address(name: str, url: str) -> None:
    module = importlib.import_module(f"tests.connectors.{name}.test_connector")
    suite = next(
        one for key, one in vars(module).items() if key.startswith("Test") and issubclass(one, ConnectorContract)
    )
    account = dataclasses.replace(suite().account, base_url=url, allow_private_network=False)

    with pytest.raises(Misconfigured) as told:
        suite.connector_class.connect(account)

    assert "secret@" not in str(told.value)


@pytest.mark.parametrize("url", NOWHERE)
async def test_no_sitemap_is_read_from_such_an_address(url: str) -> None:
    with pytest.raises(ConnectorError):
        await Sitemap(f"{url}/sitemap.xml", Defaults("help", owner="Care"))(None)


@pytest.mark.parametrize("url", NOWHERE)
async def test_nobody_signs_in_at_such_an_address(url: str) -> None:
    with pytest.raises(SignInUnavailable):
        await signing_in(url)


@pytest.mark.parametrize("host", [*ONLY_BY_CONNECTING, "rebound.example.com"])
async def test_what_shows_only_by_connecting_is_left_before_a_byte_is_sent(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    if host == "rebound.example.com":
        names(monkeypatch, {host: ["127.0.0.1"]})
    async with Loopback(answers(http_answer(body={}))) as server:
        url = f"https://{host}:{server.port}"
        with pytest.raises(Misconfigured):
            await server.client(url, allow_private_network=False).get("/x")
        with pytest.raises(ConnectorError):
            await Sitemap(f"{url}/sitemap.xml", Defaults("help", owner="Care"))(None)
        with pytest.raises(SignInUnavailable):
            await signing_in(url)
        await asyncio.sleep(0.05)

    assert server.requests == []


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("there", ["http://idp.example.com/x", "javascript:alert(1)", "file:///etc/passwd", ""])
async def test_a_provider_that_names_other_places_than_https_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, name: str, there: str
) -> None:
    issuer = "https://idp.example.com"
    endpoints = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), f"{issuer}/x")
    with respx.mock:
        respx.get(f"{issuer}/.well-known/openid-configuration").mock(
            httpx.Response(200, json={"issuer": issuer, **endpoints, name: there})
        )
        with pytest.raises(SignInUnavailable):
            await signing_in(issuer)


@pytest.mark.parametrize("inside", ["https://127.0.0.1/token", "https://169.254.169.254/token", "https://[::1]/token"])
async def test_a_provider_outside_that_sends_us_inside_gets_no_secret_there(inside: str) -> None:
    issuer = "https://idp.example.com"
    told = {"issuer": issuer, "authorization_endpoint": issuer, "token_endpoint": inside, "jwks_uri": inside}
    with respx.mock(assert_all_called=False) as router:
        router.get(f"{issuer}/.well-known/openid-configuration").mock(httpx.Response(200, json=told))
        asked = router.route(host__in=("127.0.0.1", "169.254.169.254", "::1")).mock(httpx.Response(200, json={}))
        sign_in = SignIn(Provider(issuer, "countersign", "the secret"))
        with pytest.raises(SignInUnavailable, match="private network"):
            await sign_in.end("https://gateway.example/sign-in/back", "a-code", "nonce", "v" * 43)

    assert not asked.called


@pytest.mark.parametrize(
    "location",
    ["https://127.0.0.1/x", "http://files.store.example/x", "https://store.example.evil.example/x", "file:///etc/passwd",
     "https://me@files.store.example/x", "//169.254.169.254/x", "https://evilstore.example/x", "https://2852039166/"],
)  # fmt: skip
async def test_a_file_that_moved_elsewhere_than_to_the_vendors_store_is_not_read(location: str) -> None:
    async with Loopback(answers(http_answer(302, headers={"location": location}))) as server:
        with pytest.raises(Rejected):
            await read_link(server.client(), f"{server.url}/file", 100, store="store.example")


async def test_a_store_whose_name_leads_inside_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Loopback(answers(http_answer(body=b"secret"))) as inside:
        names(monkeypatch, {"files.store.example": ["127.0.0.1"]})
        moved = http_answer(302, headers={"location": f"https://files.store.example:{inside.port}/x"})
        async with Loopback(answers(moved)) as server:
            with pytest.raises(Misconfigured, match="private network"):
                await read_link(server.client(), f"{server.url}/file", 100, store="store.example")

    assert inside.requests == []


@pytest.mark.parametrize(
    "there", ["https://elsewhere.example/x", "file:///etc/passwd", "http://169.254.169.254/", "no address"]
)
async def test_a_page_of_a_sitemap_on_another_site_is_not_read(there: str) -> None:
    entry = f"<url><loc>{there}</loc></url>"
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entry}</urlset>'.encode()
    async with Loopback(answers(http_answer(body=sitemap))) as server:
        source = Sitemap(f"{server.url}/sitemap.xml", Defaults("help", owner="Care"), allow_private_network=True)
        content = await source(None)

    assert list(content.articles) == []


METADATA = [
    *(
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "[::ffff:169.254.169.254]",
    ),
    *("[fd00:ec2::254]", "[fe80::a9fe:a9fe]", "[64:ff9b::169.254.169.254]", "100.100.100.200", "169.254.170.2"),
    *("metadata.google.internal", "METADATA.google.internal.", "instance-data"),
]


@pytest.mark.parametrize("host", METADATA)
def test_no_model_stands_where_a_machine_tells_its_own_credentials(host: str) -> None:
    assert tells_secrets(host)
    with pytest.raises(ValidationError, match="its own credentials"):
        CandidateEntry(model="openai/x", api_base=f"http://{host}:80/v1")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:11434", "http://vllm:8000/v1", "https://10.1.2.3/v1", "http://[::1]/"]
)
def test_a_model_of_ones_own_may_stand_inside(url: str) -> None:
    assert CandidateEntry(model="openai/x", api_base=url).api_base == url


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://127.0.0.1/", "unix:///run/x", "http://me:pass@host/v1"]
)
def test_what_is_no_place_of_a_model_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        CandidateEntry(model="openai/x", api_base=url)


MODELS = (
    "openai/x",
    "anthropic/claude-3-5-haiku-20241022",
    "ollama_chat/x",
    "hosted_vllm/x",
    "gemini/gemini-2.0-flash",
)


@pytest.fixture
async def drafter() -> AsyncIterator[Drafter]:
    made = Drafter(PromptFile.load(PROMPTS / "draft.md"), PromptFile.load(PROMPTS / "repair.md"))
    await made.ready()
    yield made
    await made.close()


@pytest.mark.parametrize("status", [301, 307, 308])
@pytest.mark.parametrize("model", MODELS)
async def test_a_provider_that_redirects_gets_the_ticket_sent_nowhere(
    drafter: Drafter, model: str, status: int
) -> None:
    async with Loopback(answers(http_answer(body={}))) as elsewhere:
        moved = http_answer(status, headers={"location": f"http://localhost:{elsewhere.port}/x"})
        async with Loopback(answers(moved)) as provider:
            key = SecretStr("sk-test-secret")
            route = Route("main", (Candidate(model, api_base=provider.url, api_key=key, timeout_s=5.0, retries=0),))
            with pytest.raises(ModelError):
                await drafter.draft(request_for(), route, MemoryLog(), nothing)

    assert provider.connections > 0
    assert elsewhere.connections == 0


async def signing_in(issuer: str) -> str:
    redirect = "https://gateway.example/sign-in/back"
    return await SignIn(Provider(issuer, "countersign", None)).begin(redirect, "state", "nonce", "v" * 43)
