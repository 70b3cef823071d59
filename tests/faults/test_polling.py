"""A help desk that sends no webhook, asked by real workers: the recorded Request Tracker, listening on loopback."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import yaml

from connectors.contract import Role, Visibility
from tests.connectors.request_tracker.desk import ACCOUNT, ME, TICKET, RequestTrackerDesk
from tests.house import House, until

OWN = "select event_id from event where ticket_id = %s and author = 'integration' and message_id is not null"


@pytest.fixture(scope="module")
def desk() -> RequestTrackerDesk:
    return RequestTrackerDesk()


@pytest.fixture(scope="module")
def desk_url(desk: RequestTrackerDesk) -> Iterator[str]:
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            request = httpx.Request(
                self.command, ACCOUNT.base_url + self.path, headers=dict(self.headers), content=body
            )
            with one_at_a_time:
                found = desk.answer(request)
            content = found.read()
            self.send_response(found.status_code)
            for name, value in found.headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = answer  # noqa: N815  (the library's names)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str, desk_url: str) -> Iterator[House]:
    """Two workers and no web process: nobody could take a webhook."""
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    file = built.folder / "countersign.yaml"
    installation = yaml.safe_load(file.read_text())
    installation["accounts"]["acme"] |= {
        "connector": "request_tracker",
        "base_url": desk_url,
        "options": dict(ACCOUNT.options),
        "secrets": {"api_token": {"env": "ACME_TOKEN"}},
        "poll_every": "1s",
    }
    file.write_text(yaml.safe_dump(installation))
    try:
        built.start_worker()
        built.start_worker("second")
        until(lambda: built.rows("select 1 from poll where cursor is not null"), "the first poll")
        yield built
    finally:
        built.stop()


def comments(desk: RequestTrackerDesk) -> int:
    """How many comments of ours the ticket has."""
    return sum(
        row["Type"] == "Comment" and row["Creator"]["id"] == ME
        for row in list(desk.transactions)
        if row["ticket"] == TICKET
    )


def test_what_is_told_when_asked_becomes_one_draft_whoever_asks(house: House, desk: RequestTrackerDesk) -> None:
    before = comments(desk)  # the recording has one
    desk.someone_writes(TICKET, "When does my parcel arrive within the country?", Role.REQUESTER, Visibility.PUBLIC)

    until(lambda: comments(desk) > before, f"a draft: {house.log('worker')[-2000:]}", 60)
    until(lambda: house.rows(OWN, TICKET), "our own comment is told", 60)
    house.settled(TICKET, within=60)

    assert comments(desk) == before + 1
    assert len(house.rows("select 1 from draft")) == 1
    assert house.rows("select 1 from delivery") == []


def test_a_worker_that_dies_leaves_polling_to_the_other(house: House, desk: RequestTrackerDesk) -> None:
    before = comments(desk)
    house.kill("worker")
    desk.someone_writes(TICKET, "And how do I return it?", Role.REQUESTER, Visibility.PUBLIC)

    until(lambda: comments(desk) > before, f"a draft: {house.log('second')[-2000:]}", 60)

    house.settled(TICKET, within=60)
    assert comments(desk) == before + 1
