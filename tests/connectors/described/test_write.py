"""Writes: what may be done twice first, the message last, and nothing believed that the help desk does not show."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import respx

from connectors.contract import Action, Change, DraftReply, InternalNote, Mark, Priority, PublicReply, Status, text_hash
from connectors.errors import Rejected, Unavailable
from tests.connectors.described.describing import GONE, connect
from tests.connectors.described.inhouse.desk import InhouseDesk
from tests.connectors.line import Line, answers

CASE, LONG = "4711", "4712"
MARK = Mark("cs-7f3k2", text_hash("It left on Monday."), datetime(2026, 1, 1, tzinfo=UTC))
NOTE, REPLY = InternalNote("It left on Monday.\n\ncs-7f3k2", MARK), PublicReply("It left on Monday.", MARK)


@pytest.fixture
def desk() -> InhouseDesk:
    return InhouseDesk(CASE, LONG, 3)


@pytest.fixture
def line(desk: InhouseDesk) -> Iterator[Line]:
    line = Line(desk.answer)
    with respx.mock as router:
        router.route().mock(side_effect=line)
        yield line


def asked(line: Line) -> list[str]:
    return [f"{request.method} {request.url.path.removeprefix('/rest/v2')}" for request in line.requests]


async def test_the_change_comes_first_and_the_message_last(tmp_path: Path, desk: InhouseDesk, line: Line) -> None:
    connector = connect(tmp_path)
    ticket = await connector.fetch(CASE)
    line.forget()

    await connector.write(ticket, REPLY, Change(["sent"], Priority.URGENT, "billing", "12", Status.SOLVED))

    case = desk.cases[CASE]
    assert asked(line)[:3] == [f"GET /cases/{CASE}", f"PUT /cases/{CASE}", f"POST /cases/{CASE}/mails"]
    assert (case.labels, case.urgency, case.group, case.owner, case.state) == (
        ["shipping", "sent"],
        1,
        "billing",
        12,
        "DONE",
    )


async def test_what_is_not_to_change_is_not_sent(tmp_path: Path, desk: InhouseDesk, line: Line) -> None:
    connector = connect(tmp_path)
    ticket = await connector.fetch(CASE)
    line.forget()

    await connector.write(ticket, None, Change(status=Status.OPEN))

    assert line.requests[-1].content == b'{"case":{"state":"WORKING"}}'


@pytest.mark.parametrize(
    ("action", "change", "changes", "said"),
    [
        (DraftReply("x", MARK), None, {}, "no call for a draft"),
        (REPLY, None, {"write__reply": GONE}, "no call for a reply"),
        (NOTE, Change(["x"]), {"write__changes": []}, "no call that changes tags"),
        (NOTE, Change(status=Status.HOLD), {}, "no word that means hold"),
        (None, None, {}, "nothing to write"),
        (InternalNote("x" * 101, MARK), None, {"write__longest": 100}, "101 characters"),
    ],
)
async def test_what_the_description_cannot_say_is_refused_before_any_call(
    tmp_path: Path,
    desk: InhouseDesk,
    line: Line,
    action: Action | None,
    change: Change | None,
    changes: dict[str, Any],
    said: str,
) -> None:
    connector = connect(tmp_path, **changes)
    ticket = await connector.fetch(CASE)
    line.forget()

    with pytest.raises(Rejected, match=said):
        await connector.write(ticket, action, change)

    assert asked(line) == []


async def test_a_note_that_the_requester_can_read_is_an_alarm(tmp_path: Path, desk: InhouseDesk, line: Line) -> None:
    connector = connect(tmp_path, write__note__request="POST /rest/v2/cases/${ticket.id}/mails")

    with pytest.raises(Rejected, match=r"ALARM: .* stored as PUBLIC"):
        await connector.write(await connector.fetch(CASE), NOTE)


async def test_a_reply_that_stays_inside_is_told(tmp_path: Path, desk: InhouseDesk, line: Line) -> None:
    connector = connect(tmp_path, write__reply__request="POST /rest/v2/cases/${ticket.id}/memos")

    with pytest.raises(Rejected, match="written as public and is stored as internal"):
        await connector.write(await connector.fetch(CASE), REPLY)


async def test_an_answer_without_anything_is_read_back_by_the_mark(
    tmp_path: Path, desk: InhouseDesk, line: Line
) -> None:
    connector = connect(tmp_path, write__note__answer={}, write__reply__answer={})

    for action in (NOTE, REPLY):
        receipt = await connector.write(await connector.fetch(CASE), action)
        assert receipt.entry_id == (await connector.fetch(CASE)).messages[-1].id


async def test_what_cannot_be_read_back_may_be_stored(tmp_path: Path, desk: InhouseDesk, line: Line) -> None:
    connector = connect(tmp_path)
    ticket = await connector.fetch(CASE)

    line.breaks(answers(404), after=1)
    with pytest.raises(Unavailable) as caught:
        await connector.write(ticket, NOTE)

    assert caught.value.may_be_stored
    assert len(desk.cases[CASE].entries) == 2


async def test_a_change_that_is_not_confirmed_may_be_stored(tmp_path: Path, desk: InhouseDesk, line: Line) -> None:
    answer = {"write__changes": [{**change_call(), "answer": {"ticket_id": "case.nothing"}}]}
    connector = connect(tmp_path, **answer)

    with pytest.raises(Unavailable) as caught:
        await connector.write(await connector.fetch(CASE), NOTE, Change(status=Status.OPEN))

    assert caught.value.may_be_stored
    assert len(desk.cases[CASE].entries) == 1, "the message comes after the change, so it was not written"


def change_call() -> dict[str, Any]:
    return {
        "request": "PUT /rest/v2/cases/${ticket.id}",
        "carries": ["status"],
        "body": {"case": {"state": "${change.status}"}},
    }


async def test_parts_of_a_change_may_have_calls_of_their_own(tmp_path: Path, desk: InhouseDesk, line: Line) -> None:
    priority = {"case": {"urgency": "${to_number(change.priority)}"}}
    proof = {"ticket_id": "case.number"}
    both = [
        {**change_call(), "answer": proof},
        {**change_call(), "carries": ["priority"], "body": priority, "answer": proof},
    ]
    connector = connect(tmp_path, write__changes=both)
    ticket = await connector.fetch(CASE)
    line.forget()

    await connector.write(ticket, None, Change(priority=Priority.HIGH))

    assert [request.content for request in line.requests] == [b'{"case":{"urgency":2}}']
