"""Where an HTTP call goes, what it shows there, and what its errors tell, shown over a real line."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import (
    AuthFailed,
    ConnectorError,
    Misconfigured,
    NotFound,
    Rejected,
    Unavailable,
    WriteConflict,
)
from connectors.http import HttpClient
from tests.connectors.loopback import Loopback, answers, http_answer

SECRET = "a-token-that-nobody-may-see"


class TestSecrets:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_a_redirect_never_carries_credentials_elsewhere(self, status: int) -> None:
        async with Loopback(answers(http_answer(body={}))) as elsewhere:
            moved = http_answer(status, headers={"location": f"{elsewhere.url}/here"})
            async with Loopback(answers(moved)) as server:
                with pytest.raises(Rejected, match="base_url"):
                    await server.client().get("/x")

        assert elsewhere.connections == 0

    async def test_a_link_to_another_server_is_not_followed(self) -> None:
        async with Loopback(answers(http_answer(body={}))) as elsewhere, Loopback(answers(http_answer())) as server:
            with pytest.raises(Rejected, match="leads away"):
                await server.client().get(f"{elsewhere.url}/next")

        assert elsewhere.connections == 0

    async def test_a_link_of_the_same_server_is_followed(self) -> None:
        async with Loopback(answers(http_answer(body=[7]))) as server:
            assert await server.client().get(f"{server.url}/next?page=2") == [7]

        assert server.requests[0].startswith(b"GET /next?page=2 ")

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (400, Rejected),
            (401, AuthFailed),
            (403, AuthFailed),
            (404, NotFound),
            (409, WriteConflict),
            (500, Unavailable),
        ],
    )
    async def test_an_error_quotes_a_code_and_never_text(self, status: int, expected: type[ConnectorError]) -> None:
        told = {"error": "RecordInvalid", "description": "Dear Ms Ada Lovelace", "token": SECRET}
        async with Loopback(answers(http_answer(status, told))) as server:
            with pytest.raises(expected) as caught:
                await server.client().send("PUT", "/tickets/1?email=ada@example.com", json={})

        assert str(caught.value) == f"PUT /tickets/1: {status} RecordInvalid"

    async def test_text_in_the_place_of_a_code_is_not_quoted(self) -> None:
        async with Loopback(answers(http_answer(400, {"error": "No user Ada Lovelace"}))) as server:
            with pytest.raises(Rejected) as caught:
                await server.client().get("/x")

        assert "Ada" not in str(caught.value)

    async def test_cookies_are_not_kept(self) -> None:
        async with Loopback(answers(http_answer(body=[], headers={"set-cookie": "session=1; Path=/"}))) as server:
            client = server.client()
            await client.get("/x")
            await client.get("/x")

        assert b"cookie" not in server.requests[1].lower()

    @pytest.mark.parametrize("secret", ["line\nbreak", "tok\u2013en"])
    async def test_a_secret_that_is_no_header_is_misconfigured(self, secret: str) -> None:
        async with Loopback(answers(http_answer(body=[]))) as server:
            with pytest.raises(Misconfigured) as caught:
                await server.client(headers={"Authorization": f"Bearer {secret}"}).get("/x")

        assert secret not in str(caught.value)


class TestWhereItGoes:
    @pytest.mark.parametrize(
        "url",
        [
            "https://127.0.0.1",
            "https://127.255.255.254",
            "https://0.0.0.0",
            "https://localhost",
            "https://LOCALHOST",
            "https://localhost.",
            "https://desk.localhost",
            "https://10.1.2.3",
            "https://172.16.0.1",
            "https://192.168.0.1",
            "https://100.64.0.1",  # shared by the customers of a carrier
            "https://169.254.169.254",
            "https://224.0.0.1",
            "https://127\u30020\u30020\u30021",  # full stops of another script
            "https://[::1]",
            "https://[::]",
            "https://[fe80::1]",
            "https://[fe80::1%25eth0]",
            "https://[fd12:3456::1]",
            "https://[fec0::1]",
            "https://[ff02::1]",
            "https://[::ffff:192.168.0.1]",
            "https://[::ffff:7f00:1]",
            "https://[::ffff:0:10.0.0.1]",
            "https://[::127.0.0.1]",
            "https://[64:ff9b::10.0.0.1]",
            "https://[64:ff9b:1::1]",
            "https://[2002:a00:1::1]",
            "http://desk.example.com",
        ],
    )
    def test_an_address_inside_or_without_tls_needs_permission(self, url: str) -> None:
        with pytest.raises(Misconfigured, match="allow_private_network"):
            HttpClient(url)

        HttpClient(url, allow_private_network=True)

    @pytest.mark.parametrize(
        "url", ["", "desk.example.com", "ftp://desk.example.com", "https://", "https://me:pass@desk.example.com"]
    )
    def test_what_is_no_address_is_misconfigured_and_not_quoted(self, url: str) -> None:
        with pytest.raises(Misconfigured) as caught:
            HttpClient(url, allow_private_network=True)

        assert "pass" not in str(caught.value)

    @pytest.mark.parametrize(
        "url", ["https://8.8.8.8", "https://[2606:4700::1]", "https://[::ffff:808:808]", "https://[64:ff9b::808:808]"]
    )
    def test_an_address_of_the_outside_world_needs_none(self, url: str) -> None:
        assert HttpClient(url).base_url == url

    @pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0x7f.1", "127.1"])
    async def test_another_way_to_write_an_address_inside_is_refused_before_a_byte_is_sent(self, host: str) -> None:
        async with Loopback(answers(http_answer(body=[]))) as server:
            client = server.client(f"https://{host}:{server.port}", allow_private_network=False)
            with pytest.raises(Misconfigured, match="private network"):
                await client.get("/x")

        assert server.requests == []

    @pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
    async def test_a_name_that_leads_inside_is_refused_before_a_byte_is_sent(
        self, monkeypatch: pytest.MonkeyPatch, inside: str
    ) -> None:
        """Whatever name servers say: what counts is where the connection came to."""
        names(monkeypatch, {"desk.example.com": [inside]})
        async with Loopback(answers(http_answer(body=[])), "::1" if inside == "::1" else "127.0.0.1") as server:
            client = server.client(f"https://desk.example.com:{server.port}", allow_private_network=False)
            with pytest.raises(Misconfigured, match="private network"):
                await client.send("POST", "/x", json={"secret": SECRET})
            await asyncio.sleep(0.05)

        assert server.connections == 0

    async def test_a_name_that_leads_inside_at_the_second_look_only_is_refused_too(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names(monkeypatch, {"desk.example.com": ["192.0.2.1"]})
        async with Loopback(answers(http_answer(body=[]))) as server:
            client = server.client(f"https://desk.example.com:{server.port}", allow_private_network=False)
            names(monkeypatch, {"desk.example.com": ["127.0.0.1"]})
            with pytest.raises(Misconfigured, match="private network"):
                await client.get("/x")

        assert server.requests == []

    async def test_a_name_that_leads_inside_is_called_where_that_is_configured(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names(monkeypatch, {"desk.example.com": ["127.0.0.1"]})
        async with Loopback(answers(http_answer(body=[7]))) as server:
            assert await server.client(f"http://desk.example.com:{server.port}").get("/x") == [7]

    async def test_a_server_that_speaks_no_tls_is_told_clearly(self) -> None:
        async def speaks_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(http_answer(400))
            await reader.read()
            writer.close()

        server = await asyncio.start_server(speaks_first, "127.0.0.1", 0)
        client = HttpClient(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", allow_private_network=True)

        with pytest.raises(Unavailable, match="no TLS connection") as caught:
            await client.send("PUT", "/x")

        assert not caught.value.may_be_stored
        await client.close()
        server.close()

    @pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for a certificate")
    async def test_a_certificate_that_nobody_signed_is_told_clearly(self, tmp_path: Path) -> None:
        async with Loopback(answers(http_answer(body=[])), tls=self_signed(tmp_path)) as server:
            with pytest.raises(Unavailable, match="TLS certificate is not trusted: self-signed") as caught:
                await server.client(f"https://127.0.0.1:{server.port}").send("PUT", "/x")

        assert not caught.value.may_be_stored
        assert server.requests == []


def names(monkeypatch: pytest.MonkeyPatch, table: dict[str, list[str]]) -> None:
    """The machine's name service for the time of a test."""

    def lookup(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        host = host.decode() if isinstance(host, bytes) else host
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in table.get(host, [host])
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


def self_signed(folder: Path) -> ssl.SSLContext:
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
