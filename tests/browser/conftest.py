"""A real Chromium, for tests of what only a browser can show. Without one they are skipped, and say so."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from gateway.app import create_app
from tests.api.door import environment
from tests.browser.desks import STANDINS, certificate, help_desk, listener, served
from tests.browser.place import KEY, SDK, Place, declared

CHROMIUM = which("chromium") or which("chromium-browser") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """A browser for the tests of this folder, spoken to by Playwright's sync API; it ends with them, because other
    tests cannot run an event loop of their own beside it. Its tests are sync, and so are their fixtures."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright")
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, module_database_url: str, chromium: Any) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("sidebar")
    tls = certificate(folder)
    gateway, desk, elsewhere = listener(), listener(), listener()
    found = Place(
        f"https://127.0.0.1:{gateway.getsockname()[1]}",
        f"https://localhost:{desk.getsockname()[1]}",
        f"https://localhost:{elsewhere.getsockname()[1]}",
        module_database_url,
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "ACME_SECRET": "whsec_dGVzdHM=",
            "ACME_TOKEN": "t",
            "ZEN_TOKEN": "t",
            "CHAT_TOKEN": "t",
            "ZEN_KEY": KEY.as_pem(private=False).decode(),
        }.items():
            patch.setenv(name, value)
        settings = environment(folder, declared=declared(found), public_url=found.gateway)
        app = create_app(settings, module_database_url)
        with served(app, gateway, tls), served(help_desk(), desk, tls), served(help_desk(), elsewhere, tls):
            yield found


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A tab of a browser that has never been here. Nothing of it leaves the machine."""
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 900, "height": 800})
    context.set_default_timeout(15_000)
    context.route(re.compile(r"^https://(?!localhost|127\.0\.0\.1)"), lambda route: route.abort())
    context.route(SDK, lambda route: route.fulfill(path=STANDINS / "zaf_sdk.js", content_type="text/javascript"))
    yield context.new_page()
    context.close()
