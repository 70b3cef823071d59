"""A help desk that changes what it sends: nothing authentic is lost, what changed is told, and a fix reads it."""

import base64
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from connectors.contract import Account, EventKind, Received, Request, TicketEvent
from connectors.errors import Malformed, SignatureInvalid
from connectors.sandbox.connector import SandboxConnector
from connectors.sandbox.deliveries import events_of
from connectors.signatures import sign_standard_webhooks, standard_webhooks
from gateway.store import quarantine
from gateway.store.database import Database, Row
from gateway.telemetry import deliveries, new_fields, quarantined
from gateway.workflow.intake import Intake
from gateway.workflow.quarantine import Quarantine
from tests.api.door import LARGEST, SECRET, body, door, environment, signed
from tests.fakes import MemoryDesk

pytestmark = pytest.mark.usefixtures("secrets")
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin", "origin": "http://localhost"}
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret that takes the place of the first").decode()
SHARED = "a-shared-secret-in-a-header"


@pytest.fixture
async def web(tmp_path: Path, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with door(environment(tmp_path), database.url) as client:
        yield client


def renamed(ticket: str = "1001", **more: Any) -> bytes:
    """From today on the desk calls its tickets cases."""
    document = json.loads(body(ticket, **more))
    document["data"]["case"] = document["data"].pop("ticket")
    return json.dumps(document).encode()


class Mended(SandboxConnector):
    """The next version of the connector, which knows of cases."""

    def receive(self, request: Request) -> Received:
        event_id = standard_webhooks(request, self._webhook_secrets)
        document = json.loads(request.body)
        if "case" in document["data"]:
            document["data"]["ticket"] = document["data"].pop("case")
        return Received(events_of(event_id, json.dumps(document).encode()))


def after_the_update(database: Database, secret: str = SECRET) -> Quarantine:
    account = Account(
        "acme",
        "http://127.0.0.1:9",
        {"webhook_secret": secret, "api_token": "token-of-the-integration-user"},
        allow_private_network=True,
    )
    return Quarantine(database, {"acme": Mended.connect(account)}, {"acme": account.secrets})


async def send(web: httpx.AsyncClient, content: bytes, message_id: str = "msg_1", ago: float = 0) -> int:
    headers = signed(content, message_id=message_id, ago=ago)
    return (await web.post("/webhooks/acme", content=content, headers=headers)).status_code


async def waiting(database: Database) -> list[Row]:
    return list(await quarantine.waiting(database))


async def stored(database: Database) -> str:
    """Everything that any row says, for what must not be there."""
    rows = await database.all(
        "select to_jsonb(q)::text as said from quarantine q union all select to_jsonb(c)::text from content c"
    )
    return "\n".join(row["said"] for row in rows)


@pytest.mark.parametrize(
    "content",
    [
        body(data={}),
        body(data={"ticket": {"id": ""}}),
        body(data={"ticket": {"id": "a b"}}),
        body("x" * 300),
        body("\ud800"),
        body(type=7),
        renamed(),
    ],
    ids=range(7),
)
async def test_an_authentic_document_without_what_is_needed_is_kept_and_answered_202(
    web: httpx.AsyncClient, database: Database, content: bytes
) -> None:
    assert await send(web, content) == 202

    (row,) = await waiting(database)
    assert (row["account"], row["size"], row["tries"]) == ("acme", len(content), 0)
    assert await database.one("select 1 from event") is None
    kept = await database.one("select body from content where kind = 'quarantine'")
    assert kept
    assert kept["body"]["text"].encode() == content


async def test_what_is_not_authentic_is_refused_and_leaves_nothing(web: httpx.AsyncClient, database: Database) -> None:
    headers = signed(renamed(), secret=OTHER_SECRET)

    assert (await web.post("/webhooks/acme", content=renamed(), headers=headers)).status_code == 401
    assert (await web.post("/webhooks/acme", content=renamed())).status_code == 401
    assert await send(web, renamed(), ago=3600) == 401

    assert await waiting(database) == []
    assert await database.one("select 1 from content") is None


async def test_the_difference_to_the_last_good_delivery_is_told_in_log_metric_list_and_page(
    web: httpx.AsyncClient, database: Database
) -> None:
    before, counted = quarantined.labels("acme")._value.get(), deliveries.labels("acme", "quarantined")._value.get()
    await send(web, body("1001"), "msg_1")
    with capture_logs() as said:
        await send(web, renamed("1002"), "msg_2")

    (row,) = await waiting(database)
    assert row["reason"] == "the delivery has no ticket that can be read"
    assert row["like_kind"] == "message_added"
    assert row["missing"] == ["data.ticket object", "data.ticket.id text", "data.ticket.version number"]
    assert row["added"] == ["data.case object", "data.case.id text", "data.case.version number"]
    (line,) = [line for line in said if line["log_level"] == "error"]
    assert (line["delivery"], line["missing"]) == (f"d{row['id']}", row["missing"])
    assert "1002" not in json.dumps(line)
    assert "signature" not in json.dumps(line)
    assert quarantined.labels("acme")._value.get() - before == 1
    assert deliveries.labels("acme", "quarantined")._value.get() - counted == 1
    page = (await web.get("/dead", headers={"accept": "text/html"})).text
    assert f"d{row['id']}" in page
    assert "data.ticket.id text" in page
    (told,) = (await web.get("/api/dead/deliveries")).json()
    assert told["missing"] == row["missing"]


async def test_without_a_good_delivery_before_it_nothing_is_compared(
    web: httpx.AsyncClient, database: Database
) -> None:
    await send(web, renamed())

    (row,) = await waiting(database)
    assert (row["like_kind"], row["missing"], row["added"]) == (None, [], [])


async def test_the_very_same_request_sent_again_is_kept_once(web: httpx.AsyncClient, database: Database) -> None:
    headers = signed(renamed())
    for _ in range(3):
        assert (await web.post("/webhooks/acme", content=renamed(), headers=headers)).status_code == 202

    assert len(await waiting(database)) == 1
    contents = await database.one("select count(*) as n from content")
    assert contents == {"n": 1}


async def test_after_a_fix_a_replay_reads_it_and_its_events_walk_once(
    web: httpx.AsyncClient, database: Database
) -> None:
    await send(web, renamed("1002"), "msg_2")
    (row,) = await waiting(database)

    assert await after_the_update(database).replay([row["id"]]) == {row["id"]: None}

    events = await database.all("select event_id, ticket_id, kind, received_at from event")
    assert [(event["event_id"], event["ticket_id"], event["kind"]) for event in events] == [
        ("msg_2", "1002", "message_added")
    ]
    assert events[0]["received_at"] == row["received_at"]
    assert await database.one("select lock from procrastinate_jobs") == {"lock": "acme:1002"}
    assert await waiting(database) == []
    contents = await database.all("select kind, ticket_id, body is null as gone from content order by id")
    assert [(one["kind"], one["ticket_id"], one["gone"]) for one in contents] == [
        ("quarantine", None, True),
        ("delivery", "1002", False),
    ]
    assert await after_the_update(database).replay([row["id"]]) == {row["id"]: "it is not in quarantine"}
    assert await send(web, renamed("1002"), "msg_2") == 202


async def test_a_replay_hours_later_holds_as_of_the_time_at_which_it_came(
    web: httpx.AsyncClient, database: Database
) -> None:
    stamp = datetime.now(UTC) - timedelta(hours=30)
    content = renamed("1003")
    headers = {
        "webhook-id": "msg_3",
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": sign_standard_webhooks(SECRET, "msg_3", int(stamp.timestamp()), content),
    }
    keeper = after_the_update(database)
    strict = SandboxConnector.connect(
        Account("acme", "http://127.0.0.1:9", {"webhook_secret": SECRET, "api_token": "x" * 8}, {}, True)
    )
    await Intake(database, {"acme": strict}, keeper, LARGEST).accept(
        "acme", Request(list(headers.items()), content, stamp)
    )
    (row,) = await waiting(database)

    assert await keeper.replay([row["id"]]) == {row["id"]: None}


async def test_a_replay_before_the_fix_says_so_and_keeps_the_delivery(
    web: httpx.AsyncClient, database: Database
) -> None:
    await send(web, renamed())
    (row,) = await waiting(database)

    answer = await web.post("/api/dead/replay", json={"deliveries": [row["id"]]})

    assert answer.json()["refused"][str(row["id"])].startswith("it still cannot be read: the delivery has no ticket")
    (after,) = await waiting(database)
    assert (after["tries"], after["error"]) == (1, answer.json()["refused"][str(row["id"])])


async def test_a_replay_after_the_secret_changed_says_what_to_do(web: httpx.AsyncClient, database: Database) -> None:
    await send(web, renamed())
    (row,) = await waiting(database)

    told = await after_the_update(database, OTHER_SECRET).replay([row["id"]])
    assert "the secret has changed" in str(told[row["id"]])
    assert "with a comma" in str(told[row["id"]])

    assert await after_the_update(database, f"{OTHER_SECRET},{SECRET}").replay([row["id"]]) == {row["id"]: None}


async def test_the_page_replays_the_chosen_deliveries_and_tells_what_still_cannot_be_read(
    web: httpx.AsyncClient, database: Database
) -> None:
    await send(web, renamed())
    (row,) = await waiting(database)

    answer = await web.post("/dead/replay", data={"delivery": [str(row["id"])]}, headers=FROM_OUR_PAGE)
    page = (await web.get(answer.headers["location"], headers={"accept": "text/html"})).text

    assert answer.status_code == 303
    assert "1 still cannot be read" in page
    assert "It still cannot be read: the delivery has no ticket" in page


async def test_of_the_headers_only_the_vendors_own_are_kept(web: httpx.AsyncClient, database: Database) -> None:
    headers = {**signed(renamed()), "x-forwarded-for": "203.0.113.9", "cookie": "session=1", "x-desk-event": "noted"}
    await web.post("/webhooks/acme", content=renamed(), headers=headers)

    row = await database.one("select body->'headers' as headers from content where kind = 'quarantine'")

    assert row
    assert {name for name, _ in row["headers"]} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "x-desk-event",
    }


class Guarded(MemoryDesk):
    """A vendor that can only send a shared secret: in a header of its own, as a password, or in the address."""

    secret = SHARED
    mended = False

    def receive(self, request: Request) -> Received:
        basic = "Basic " + base64.b64encode(f"desk:{self.secret}".encode()).decode()
        given = [request.header("X-Desk-Secret"), request.header("Authorization"), request.query.get("token")]
        if not any(hmac.compare_digest(str(value).encode(), one.encode())
                   for value in given for one in (self.secret, basic)):  # fmt: skip
            raise SignatureInvalid("no secret")
        if not self.mended:
            raise Malformed("the delivery has no ticket that can be read")
        return Received([TicketEvent("e1", EventKind.MESSAGE_ADDED, "7")])


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ([("X-Desk-Secret", SHARED)], {}),
        ([("Authorization", "Basic " + base64.b64encode(f"desk:{SHARED}".encode()).decode())], {}),
        ([], {"token": SHARED}),
    ],
    ids=["header", "basic", "query"],
)
async def test_a_shared_secret_is_not_kept_and_the_present_one_takes_its_place_in_a_replay(
    database: Database, headers: list[tuple[str, str]], query: dict[str, str]
) -> None:
    desk = Guarded()
    keeper = Quarantine(database, {"acme": desk}, {"acme": {"webhook_secret": f"{SHARED},next-secret"}})
    request = Request(headers, b'{"new": "shape \\u0000"}', datetime.now(UTC), query=query)
    await Intake(database, {"acme": desk}, keeper, LARGEST).accept("acme", request)
    (row,) = await waiting(database)
    said = await stored(database)
    assert SHARED not in said
    assert base64.b64encode(f"desk:{SHARED}".encode()).decode() not in said

    desk.secret, desk.mended = "rotated-secret", True
    rotated = Quarantine(database, {"acme": desk}, {"acme": {"webhook_secret": "rotated-secret"}})

    assert await rotated.replay([row["id"]]) == {row["id"]: None}


@pytest.mark.parametrize("content", [b'{"a": "\xff\xfe"}', b'{"a": "nul \x00"}', '{"a": "Grüße 👩‍👩‍👧"}'.encode()])
async def test_a_body_is_given_back_byte_for_byte(database: Database, content: bytes) -> None:
    number = await quarantine.keep(
        database, "acme", kept_of(content), received_at=datetime.now(UTC), size=1, reason="r", like=None, missing=[],
        added=[],
    )  # fmt: skip
    seen: list[bytes] = []

    def look(row: Row) -> quarantine.Refused:
        from gateway.workflow.kept_request import restore

        seen.append(restore(row["body"], row["received_at"], {}).body)
        return quarantine.Refused("only looking")

    assert number
    await quarantine.replay(database, number, look)

    assert seen == [content]


def kept_of(content: bytes) -> dict[str, Any]:
    from gateway.workflow.kept_request import Overheard, keep

    return keep(Overheard([], content, datetime.now(UTC)), {})


async def test_new_fields_are_counted_and_nothing_else_happens(web: httpx.AsyncClient, database: Database) -> None:
    before = new_fields.labels("acme")._value.get()

    for number, more in enumerate([{}, {}, {"sla": {"due": "soon", "paused": None}}, {"sla": {"due": 7}}]):
        assert await send(web, body(**more), f"msg_{number}") == 202

    assert new_fields.labels("acme")._value.get() - before == 3
    assert await waiting(database) == []
    assert await database.one("select count(*) as n from event") == {"n": 4}


async def test_a_shape_has_no_value_and_no_key_that_could_be_somebodys_name(
    web: httpx.AsyncClient, database: Database
) -> None:
    people = {"rita@customer.example": {"seen": True}, "Ann Lee": 1, "4711": 2}
    await send(web, body(people=people, note="A secret word"))

    row = await database.one("select known::text as known from shape")

    assert row
    assert '"people.* number"' in row["known"]
    assert '"people.*.seen flag"' in row["known"]
    assert not any(word in row["known"] for word in ("rita", "Ann", "4711", "secret word"))


async def test_a_fingerprint_does_not_grow_without_end(web: httpx.AsyncClient, database: Database) -> None:
    for number in range(6):
        await send(web, body(**{f"f{number}_{field}": 1 for field in range(240)}), f"msg_{number}")

    row = await database.one("select jsonb_array_length(known) as known, jsonb_array_length(last) as last from shape")

    assert row
    assert row["known"] == 1000
    assert row["last"] <= 500
