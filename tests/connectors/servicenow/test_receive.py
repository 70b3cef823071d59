"""Only what our business rule signed comes in, and it says no more than the rule told."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from connectors import servicenow
from connectors.contract import EventKind, Role, TicketEvent, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.servicenow.deliveries import delivery, recording
from tests.connectors.servicenow.desk import ME, RITA, SECRET, TICKET
from tests.connectors.servicenow.test_settings import account


def received(body: bytes, **options: Any) -> list[TicketEvent]:
    return list(ServiceNowConnector.connect(account(**options)).receive(delivery(body)).events)


def journal(*rows: dict[str, str]) -> list[dict[str, str]]:
    (first,) = json.loads(recording("requester_replied__portal"))["journal"]
    return [{**first, **row} for row in rows]


def test_entries_of_an_earlier_update_are_told_again_and_the_update_too() -> None:
    earlier = journal({"sys_created_on": "2026-09-01 10:03:00"})

    first, again = received(recording("ticket_changed__state", journal=earlier))

    assert (first.kind, again.kind) == (EventKind.TICKET_CHANGED, EventKind.MESSAGE_ADDED)
    assert again.event_id == received(recording("requester_replied__portal"))[0].event_id


def test_a_comment_that_comes_with_its_update_is_one_event() -> None:
    (event,) = received(recording("requester_replied__portal"))

    assert (event.author, event.visibility, event.ticket_id) == (None, Visibility.PUBLIC, TICKET)


def test_a_record_that_opens_with_a_comment_is_both() -> None:
    events = received(recording("ticket_created__email", journal=journal({"sys_created_by": RITA})))

    assert [event.kind for event in events] == [EventKind.TICKET_CREATED, EventKind.MESSAGE_ADDED]


def test_our_own_entries_are_known_in_any_case_of_the_name() -> None:
    (event,) = received(recording("own_note__draft", journal=journal({"sys_created_by": ME.upper()})))

    assert event.author is Role.INTEGRATION


@pytest.mark.parametrize(
    "odd",
    [
        {"sys_id": "5158"},
        {"element": "description"},
        {"element": ["comments"]},
        {"element_id": "0" * 32},
        {"element_id": None},
    ],
)
def test_an_entry_that_cannot_be_known_is_malformed(odd: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        received(recording("requester_replied__portal", journal=journal(odd)))


def test_the_other_table_of_an_instance_is_of_no_interest() -> None:
    assert received(recording("requester_replied__portal"), table="sn_customerservice_case") == []


def test_an_instance_that_signs_with_the_text_of_the_key_is_believed_too() -> None:
    """What the platform makes of a key in base64 is not proven; either way only who knows the secret can sign."""
    text = "whsec_" + base64.b64encode(SECRET.removeprefix("whsec_").encode()).decode()
    connector = ServiceNowConnector.connect(account())

    assert connector.receive(delivery(recording("ticket_changed__state"), secret=text)).events


def test_without_a_secret_no_delivery_is_authentic() -> None:
    connector = ServiceNowConnector.connect(account({"webhook_secret": ""}))

    with pytest.raises(SignatureInvalid):
        connector.receive(delivery(recording("ticket_changed__state")))


RULE = Path(str(servicenow.__file__)).parent / "business_rule.js"
STAND_IN = """
const sent = {headers: {}};
const crypto = require('crypto');
const values = {sys_updated_on: '2026-09-01 10:05:00', sys_mod_count: '4', sys_created_on: '2026-09-01 09:58:00',
  sys_created_by: 'rita.requester', sys_updated_by: 'ann.ägent\\u{1f600}'};
const entry = {sys_id: 'a'.repeat(32), element_id: 'b'.repeat(32), element: 'comments',
  sys_created_on: '2026-09-01 10:05:00', sys_created_by: 'ann.agent', value: 'Words that stay here'};
let left = 1;
const gs = {getProperty: name => ({'countersign.url': 'https://gateway.example/webhooks/acme',
  'countersign.secret': process.argv[1]})[name], generateGUID: () => 'c'.repeat(32),
  error: text => { sent.error = text; }};
function GlideDateTime(text) { this.text = text; }
GlideDateTime.prototype = {addSeconds() {}, getValue() { return this.text; }, getNumericValue: () => Date.now()};
function GlideRecord() {}
GlideRecord.prototype = {addQuery() {}, orderBy() {}, setLimit() {}, query() {}, next: () => left-- > 0,
  getUniqueValue: () => entry.sys_id, getValue: name => entry[name]};
function CertificateEncryption() {}
CertificateEncryption.prototype.generateMac = (key, algorithm, data) =>
  crypto.createHmac('sha256', Buffer.from(key, 'base64')).update(data, 'latin1').digest('base64');
const sn_ws = {RESTMessageV2: function () {}};
sn_ws.RESTMessageV2.prototype = {setEndpoint: url => { sent.url = url; }, setHttpMethod() {}, setHttpTimeout() {},
  setRequestHeader: (name, value) => { sent.headers[name] = value; }, setRequestBody: body => { sent.body = body; },
  execute: () => ({haveError: () => false, getStatusCode: () => 202})};
const current = {getUniqueValue: () => 'b'.repeat(32), getTableName: () => 'incident', getValue: name => values[name]};
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs a JavaScript engine")
def test_what_the_business_rule_sends_is_believed_and_holds_no_text() -> None:
    script = f"{STAND_IN}\n{RULE.read_text()}\nprocess.stdout.write(JSON.stringify(sent));"
    sent = json.loads(subprocess.run(["node", "-e", script, SECRET], capture_output=True, check=True, text=True).stdout)

    request = delivery(sent["body"].encode())
    told = ServiceNowConnector.connect(account()).receive(
        type(request)(list(sent["headers"].items()), sent["body"].encode(), request.received_at)
    )

    assert [event.message_id for event in told.events] == ["a" * 32]
    assert sent["body"].isascii()
    assert "Words that stay here" not in sent["body"]
    assert json.loads(sent["body"])["record"]["sys_updated_by"] == "ann.ägent😀"
