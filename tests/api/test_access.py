"""Who may see pages and API: this machine itself, or the holder of the admin token."""

from pathlib import Path

import httpx
import pytest

from tests.api.door import door, environment

pytestmark = pytest.mark.usefixtures("secrets")
TOKEN = "a-token-of-24-characters-or-more"
ELSEWHERE = ("203.0.113.9", 50_000)
GUARDED = ["/", "/api/runs", "/runs/1", "/tickets/acme/1", "/docs", "/openapi.json", "/metrics", "/nothing", "//livez"]


async def asked(folder: Path, url: str, path: str, *, client: tuple[str, int], **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with door(environment(folder, admin_token=TOKEN), url, client) as web:
        return await web.get(path, headers=named)


@pytest.mark.parametrize("path", GUARDED)
async def test_a_stranger_is_told_to_bring_the_token_whatever_he_asks_for(
    tmp_path: Path, database_url: str, path: str
) -> None:
    answer = await asked(tmp_path, database_url, path, client=ELSEWHERE, host="drafts.example.com")

    assert answer.status_code == 403
    assert "admin token" in answer.text


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/style.css"])
async def test_health_and_styles_are_for_everybody(tmp_path: Path, database_url: str, path: str) -> None:
    assert (await asked(tmp_path, database_url, path, client=ELSEWHERE)).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer "])
async def test_the_token_opens_from_anywhere(tmp_path: Path, database_url: str, scheme: str) -> None:
    answer = await asked(tmp_path, database_url, "/api/runs", client=ELSEWHERE, authorization=scheme + TOKEN)

    assert answer.status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}x", "Basic YTpi", "Bearer ñ"])
async def test_another_token_opens_nothing(tmp_path: Path, database_url: str, given: str) -> None:
    async with door(environment(tmp_path, admin_token=TOKEN), database_url, ELSEWHERE) as web:
        answer = await web.get("/api/runs", headers={"authorization": given.encode()})

    assert answer.status_code == 403


@pytest.mark.parametrize("given", ["", "Bearer "])
async def test_where_no_token_is_set_none_opens(tmp_path: Path, database_url: str, given: str) -> None:
    async with door(environment(tmp_path), database_url, ELSEWHERE) as web:
        assert (await web.get("/api/runs", headers={"authorization": given})).status_code == 403


@pytest.mark.parametrize(
    ("client", "host"),
    [
        (("127.0.0.1", 1), "localhost:8400"),
        (("127.0.0.1", 1), "127.0.0.1:8400"),
        (("127.0.0.1", 1), "localhost"),
        (("::1", 1), "[::1]:8400"),
        (("::1", 1), "[::1]"),
    ],
)
async def test_the_machine_itself_needs_no_token(
    tmp_path: Path, database_url: str, client: tuple[str, int], host: str
) -> None:
    assert (await asked(tmp_path, database_url, "/api/runs", client=client, host=host)).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example.com", "evil.example.com:8400", "localhost.evil.example.com", "", "2130706433"]
)
async def test_a_page_of_another_site_that_points_its_name_at_this_machine_sees_nothing(
    tmp_path: Path, database_url: str, host: str
) -> None:
    answer = await asked(tmp_path, database_url, "/api/runs", client=("127.0.0.1", 1), host=host)

    assert answer.status_code == 403


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "x_real_ip"])
async def test_what_comes_through_a_proxy_is_not_from_this_machine(
    tmp_path: Path, database_url: str, header: str
) -> None:
    headers = {"host": "localhost", header: "127.0.0.1"}

    answer = await asked(tmp_path, database_url, "/api/runs", client=("127.0.0.1", 1), **headers)

    assert answer.status_code == 403
