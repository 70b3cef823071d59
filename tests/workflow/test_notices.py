"""Notices: whoever a policy, an account or a budget names hears of it once, over a real mail server and real HTTP."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from gateway.store import notices as rows
from gateway.workflow.notices import AddressBook, Channel, Mail, Notices, NotSent, WebhookChannel
from tests.house import free_port
from tests.workflow.floor import Floor

TOLD = "{reply: review, escalate: {team: billing, notify: [leads, nobody-knows]}, because: A lead is told.}"
BOOK = AddressBook(
    names={"leads": ("lea@acme.example", "leo@acme.example")},
    accounts={"acme": "care@acme.example"},
    budgets={"month": "platform@acme.example"},
    operators=("ops@acme.example",),
)


@dataclass
class Mailbox:
    """What a mail server took; it refuses while `answer` says so."""

    port: int
    answer: str = "250 taken"
    mails: list[Message] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as the library calls it
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content))
        return self.answer

    @property
    def to(self) -> list[str]:
        return sorted(str(mail["To"]) for mail in self.mails)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(free_port())
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    yield box
    server.stop()


def notices(floor: Floor, mailbox: Mailbox, **more: Channel) -> Notices:
    mail = Mail("127.0.0.1", mailbox.port, "none", "countersign@example.com")
    return Notices(floor.database, BOOK, {"mail": mail, **more}, pages_url="https://gateway.example/")


async def escalated(floor: Floor) -> int:
    floor.decide_by(TOLD)
    return await floor.shown()


async def test_whoever_a_rule_names_is_told_once_with_a_link_and_no_word_of_the_ticket(
    floor: Floor, mailbox: Mailbox
) -> None:
    run = await escalated(floor)
    told = notices(floor, mailbox)

    sent = [await told.take_turn(), await told.take_turn()]

    assert sent == [2, 0]
    assert mailbox.to == ["lea@acme.example", "leo@acme.example"]
    mail = mailbox.mails[0]
    assert mail["Subject"] == "For leads, nobody-knows: ticket 7 of acme"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"https://gateway.example/review/{run}" in mail.get_payload()
    assert "parcel" not in mail.as_string()


async def test_two_workers_tell_nobody_twice(floor: Floor, mailbox: Mailbox) -> None:
    await escalated(floor)

    await notices(floor, mailbox).take_turn()
    await notices(floor, mailbox).take_turn()

    assert len(mailbox.mails) == 2


async def test_a_mail_server_that_is_away_is_asked_again_later_with_the_same_message_id(
    floor: Floor, mailbox: Mailbox
) -> None:
    await escalated(floor)
    told = notices(floor, mailbox)
    mailbox.answer = "451 try later"

    assert await told.take_turn() == 0
    assert {row["error"] for row in await rows.recent(floor.database)} == {"the mail server answered 451"}
    assert await told.take_turn() == 0  # not before its time
    await floor.database.run("update notice set next_at = now()")
    mailbox.answer = "250 taken"

    assert await told.take_turn() == 2
    assert {row["state"] for row in await rows.recent(floor.database)} == {"sent"}
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2


async def test_what_nobody_takes_for_a_day_is_given_up_and_stays_on_record(floor: Floor, mailbox: Mailbox) -> None:
    await escalated(floor)
    mailbox.answer = "550 no such user"
    told = notices(floor, mailbox)
    await told.take_turn()
    await floor.database.run("update notice set next_at = now(), at = now() - interval '25 hours'")

    await told.take_turn()

    assert {row["state"] for row in await rows.recent(floor.database)} == {"failed"}


async def test_owners_hear_of_budgets_of_dead_events_and_of_deliveries_that_cannot_be_read(
    floor: Floor, mailbox: Mailbox
) -> None:
    run = await floor.shown()
    await floor.database.run("update run set state = 'failed' where id = %(r)s", {"r": run})
    await floor.database.run(
        """insert into budget_notice (budget, period, share, spent_usd, limit_usd)
           values ('month', '2026-11', 80, 160, 200)"""
    )
    await floor.database.run(
        """insert into quarantine (account, received_at, size, digest, reason, missing, added)
           values ('acme', now(), 10, 'x', 'the ticket has no id', '[]', '[]')"""
    )
    await floor.database.run(
        """insert into policy_folder (name, refused_at, problems)
           values ('watched', now(), '["a.yaml:3:1: no such fact"]')"""
    )

    await notices(floor, mailbox).take_turn()

    subjects = sorted((str(mail["To"]), str(mail["Subject"])) for mail in mailbox.mails)
    assert subjects == [
        ("care@acme.example", "acme: deliveries cannot be read"),
        ("care@acme.example", "acme: events were given up"),
        ("ops@acme.example", "An edit of the policies is refused"),
        ("platform@acme.example", "Budget month: 80 % used (2026-11)"),
    ]
    assert "a.yaml:3:1: no such fact" in "".join(mail.get_payload() for mail in mailbox.mails)


async def test_a_swarm_of_dead_events_is_one_notice_an_hour(floor: Floor, mailbox: Mailbox) -> None:
    for ticket in ("7", "8", "9"):
        run = await floor.shown(ticket)
        await floor.database.run("update run set state = 'failed' where id = %(r)s", {"r": run})
    await floor.database.run("update run set finished_at = now()")

    await notices(floor, mailbox).take_turn()

    (mail,) = mailbox.mails
    assert "3 so far in this hour" in mail.get_payload()


async def test_without_a_way_out_nothing_is_looked_for_and_without_an_address_it_is_on_record(
    floor: Floor, mailbox: Mailbox
) -> None:
    await escalated(floor)
    assert await Notices(floor.database, BOOK, {}, pages_url="x").take_turn() == 0
    assert await rows.recent(floor.database) == []
    mail = Mail("127.0.0.1", mailbox.port, "none", "countersign@example.com")

    await Notices(floor.database, AddressBook(), {"mail": mail}, pages_url="x").take_turn()

    assert [(row["state"], row["address"]) for row in await rows.recent(floor.database)] == [("nobody", "")]


async def test_an_id_of_a_help_desk_adds_no_header(floor: Floor, mailbox: Mailbox) -> None:
    await escalated(floor)
    await floor.database.run("update run set ticket_id = E'7\\r\\nBcc: eve@evil.example'")

    await notices(floor, mailbox).take_turn()

    assert {mail["Bcc"] for mail in mailbox.mails} == {None}
    assert len(mailbox.mails) == 2


async def test_a_webhook_gets_every_notice_as_json(floor: Floor, mailbox: Mailbox) -> None:
    got: list[dict[str, Any]] = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hook = WebhookChannel(f"http://127.0.0.1:{server.server_port}/in?key=1", allow_private_network=True)
    run = await escalated(floor)

    await notices(floor, mailbox, webhook=hook).take_turn()

    (one,) = got
    assert one["id"] == f"escalated {run}"
    assert (one["account"], one["ticket"]) == ("acme", "7")
    assert one["text"].startswith("For leads, nobody-knows: ticket 7 of acme")
    await hook.close()
    server.shutdown()


async def test_a_webhook_that_refuses_tells_no_address_which_may_be_a_secret() -> None:
    hook = WebhookChannel("http://127.0.0.1:1/hook/secret-key", allow_private_network=True)

    with pytest.raises(NotSent) as refused:
        await hook.send("webhook", "k", {"subject": "s", "text": "t", "link": "l"})

    assert "secret-key" not in str(refused.value)
    await hook.close()
