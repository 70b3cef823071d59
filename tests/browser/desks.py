"""The gateway and the help desks around it, each on an address of its own and by HTTPS, so that cookies are as real."""

import asyncio
import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from gateway.store.database import Database

STANDINS = Path(__file__).parent / "standins"
T = TypeVar("T")


def listener() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    return made


@contextlib.contextmanager
def served(app: ASGIApp, at: socket.socket, certificate: Path) -> Iterator[None]:
    """The application, answering by HTTPS as long as the block."""
    config = uvicorn.Config(app, log_level="error", ssl_certfile=certificate, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    assert server.started
    yield
    server.should_exit = True
    thread.join(10)


def help_desk() -> Starlette:
    """Pages that frame ours as the vendors' do."""
    return Starlette(routes=[Mount("/", StaticFiles(directory=STANDINS))])


def certificate(folder: Path) -> Path:
    """A key and a certificate that it signed itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "tls.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def in_database(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    """Work on a database in a thread of its own: the browser's has a loop that runs already."""

    async def opened() -> T:
        database = Database(url)
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    def run() -> Any:
        return asyncio.run(opened())

    with ThreadPoolExecutor(1) as pool:
        found: T = pool.submit(run).result()
    return found
