"""Only what our callout signed comes in, and it says no more than the record told."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from connectors import salesforce
from connectors.contract import EventKind, Role, TicketEvent, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.events import FIELDS
from tests.connectors.salesforce.deliveries import delivery, recording
from tests.connectors.salesforce.desk import ANN, ME, TICKET
from tests.connectors.salesforce.test_settings import account


def received(body: bytes, **options: Any) -> list[TicketEvent]:
    return list(SalesforceConnector.connect(account(**options)).receive(delivery(body)).events)


def test_mail_that_was_taken_in_by_our_user_is_not_our_own() -> None:
    (event,) = received(recording("requester_replied__taken_in_by_us"))

    assert (event.author, event.visibility) == (None, Visibility.PUBLIC)


@pytest.mark.parametrize(
    ("name", "changed", "author"),
    [
        ("own_reply__sent", {}, Role.INTEGRATION),
        ("own_draft__written", {}, Role.INTEGRATION),
        ("own_draft__written", {"LastModifiedById": ANN}, None),
        ("own_note__draft", {"LastModifiedById": ANN}, Role.INTEGRATION),
        ("agent_replied__our_draft_sent", {}, None),
        ("own_change__priority", {}, Role.INTEGRATION),
        ("ticket_created__email", {"CreatedById": ME[:15]}, Role.INTEGRATION),
    ],
)
def test_a_draft_that_an_agent_took_over_is_not_our_own(name: str, changed: dict[str, Any], author: Role) -> None:
    (event,) = received(recording(name, **changed))

    assert event.author is author


def test_short_and_long_ids_name_the_same_event() -> None:
    long = json.loads(recording("requester_replied__short_ids"))["records"][0]["record"]["Id"] + "AAA"

    (short,), (other,) = (
        received(recording("requester_replied__short_ids")),
        received(recording("requester_replied__short_ids", Id=long, ParentId=TICKET)),
    )

    assert short == other
    assert short.ticket_id == TICKET


def test_a_comment_that_is_published_later_is_another_event() -> None:
    (noted,) = received(recording("agent_noted__comment"))
    (published,) = received(recording("agent_noted__comment", IsPublished=True))

    assert (noted.message_id, noted.visibility) == (published.message_id, Visibility.INTERNAL)
    assert noted.event_id != published.event_id


def test_each_save_of_a_draft_is_the_same_event_and_its_sending_another() -> None:
    (written,) = received(recording("own_draft__written"))
    (edited,) = received(recording("own_draft__written", SystemModstamp="2026-09-01T11:00:00.000+0000"))
    (sent,) = received(recording("own_draft__written", Status="3", LastModifiedById=ANN))

    assert written.event_id == edited.event_id != sent.event_id


def test_a_delivery_may_tell_of_several_records() -> None:
    case, mail = (json.loads(recording(name)) for name in ("ticket_created__email", "requester_replied__email"))

    events = received(json.dumps({**case, "records": case["records"] + mail["records"]}).encode())

    assert [event.kind for event in events] == [EventKind.TICKET_CREATED, EventKind.MESSAGE_ADDED]


@pytest.mark.parametrize("name", ["Id", "ParentId"])
@pytest.mark.parametrize("odd", ["", "5005g", "0015g00000AcCtAAAA", "5005g00000AbC'E", 7])
def test_an_id_that_is_none_is_malformed(name: str, odd: object) -> None:
    with pytest.raises(Malformed):
        received(recording("requester_replied__email", **{name: odd}))


def test_an_email_of_something_else_than_a_case_is_of_no_interest() -> None:
    assert received(recording("requester_replied__email", ParentId=None)) == []


def test_without_a_secret_no_delivery_is_authentic() -> None:
    connector = SalesforceConnector.connect(account({"webhook_secret": ""}))

    with pytest.raises(SignatureInvalid):
        connector.receive(delivery(recording("ticket_created__email")))


def test_the_callout_tells_the_fields_that_a_poll_asks_for() -> None:
    source = (Path(str(salesforce.__file__)).parent / "Countersign.cls").read_text()

    told = dict(re.findall(r"(\w+)\.SObjectType => '([\w,]+)'", source))

    assert told == FIELDS
