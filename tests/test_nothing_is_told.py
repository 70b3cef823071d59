"""Nothing that was found to be personal is ever logged, measured or put in an error: secrets are planted everywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.house import OWNER, House, free_port, until

PLANTED = {
    "name": "Zephyrine Quarles",
    "email": "zq.planted@secretmail.example",
    "phone": "+44 20 7946 0958",
    "card": "4532 2766 4457 7020",
    "iban": "DE89 3704 0044 0532 0130 00",
    "ssn": "531-21-7351",
    "ip": "203.0.113.77",
    "link": "https://shop.example/reset?token=pl4nt3dT0ken",
    "key": "sk-proj-plantedkeyplantedkey1234",
    "password": "Pl4nted!Passw0rd",
    "address": "12 Plantation Street",
    "order": "ZZ-987654",
}
MAIL = """Hello, my name is {name}, write to {email} or call {phone}.
My card {card}, IBAN {iban}, SSN {ssn}, from {ip}; {link} does not work, api key: {key}
my password is {password} and I live at {address}. Order {order}. When does my parcel arrive?

On Mon, 2 Nov 2026 at 10:00, Care <care@acme.example> wrote:
> Dear {name}, we have your card {card} and {key}.
""".format(**PLANTED)


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A house whose first model is not there, so that errors are told too."""
    models: dict[str, Any] = {
        "default": {
            "owner": OWNER,
            "candidates": [
                {
                    "model": "openai/nobody",
                    "api_base": f"http://127.0.0.1:{free_port()}",
                    "api_key": {"env": "STUB_KEY"},
                },
                {"model": "offline/extractive"},
            ],
        },
        "nobody": {
            "owner": OWNER,
            "candidates": [
                {
                    "model": "openai/nobody",
                    "api_base": f"http://127.0.0.1:{free_port()}",
                    "api_key": {"env": "STUB_KEY"},
                }
            ],
        },
    }
    built = House(tmp_path, database_url, models=models, account={"order_numbers": ["ZZ-######"]})
    try:
        yield built.start()
    finally:
        built.stop()


def planted(house: House, **more: Any) -> str:
    files = [{"name": f"{PLANTED['name']}.txt", "media_type": "text/plain", "text": MAIL}]
    requester = {key: PLANTED[key] for key in ("name", "email", "phone")}
    earlier = [{"author": "requester", "body": MAIL, "hours_ago": 5}]
    said = {"subject": f"{PLANTED['name']} {PLANTED['card']}", "requester": requester, "attachments": files}
    return house.open_ticket(MAIL, earlier=earlier, **said, **more)


def told(house: House) -> dict[str, str]:
    """All that the house tells without being asked about one ticket: logs, metrics, reasons, errors and the queue."""
    metrics = [httpx.get(f"http://127.0.0.1:{house.web_port}/metrics").text]
    rows = {
        "runs": house.rows("select state, reason, verdict, model, step_ms from run"),
        "events": house.rows("select state, error, event_id from event"),
        "attempts": house.rows("select * from attempt"),
        "steps": house.rows("select name, data from step where name not in ('ground')"),
        "writes": house.rows("select detail, purpose from write_back"),
        "jobs": house.rows("select args, task_name, queueing_lock, lock from procrastinate_jobs"),
        "decisions": house.rows("select explanation from decision"),
    }
    logs = {name: house.log(name) for name in ("web", "worker")}
    return logs | {name: str(found) for name, found in rows.items()} | {"metrics": "".join(metrics)}


def leaks(house: House) -> list[tuple[str, str]]:
    return [
        (where, what)
        for where, text in told(house).items()
        for what, value in PLANTED.items()
        if value in text or value.replace(" ", "") in text
    ]


def test_what_was_planted_in_a_ticket_is_in_no_log_no_metric_no_reason_and_no_error(house: House) -> None:
    ticket = planted(house)
    (run, *_) = house.settled(ticket)

    assert run["state"] == "done"
    assert house.rows("select 1 from attempt where outcome <> 'ok'"), "one model has failed, and that was told"
    assert leaks(house) == []
    kept = str(house.rows("select body from content"))
    assert all(value in kept for value in PLANTED.values()), "they were there to be told"

    house.set_account(models="nobody")
    house.kill("worker")
    house.start_worker()
    house.fault("503", on="read", path="/api/tickets/*", calls=3)
    again = planted(house)
    until(
        lambda: "nobody" in house.log("worker") or house.rows("select 1 from event where retry_at is not null"),
        "a run fails",
    )
    house.no_faults()

    assert house.runs(again)
    assert leaks(house) == []
