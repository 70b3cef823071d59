"""A lost answer is found again, and nobody else can fake it."""

from datetime import UTC, datetime, timedelta

import pytest
from respx.models import CallList

from connectors.contract import InternalNote, Mark, PublicReply, Visibility, text_hash
from connectors.errors import AuthFailed, Unavailable
from connectors.jira_service_management.connector import JiraServiceManagementConnector as Connector
from tests.connectors.jira_service_management.desk import ANN, BOT, ME, RITA, TICKET, JiraDesk

WORDS = "Use {{name}} & *wait*;\nit is on its way: https://acme.example/a_b.\n\nBye"
MARK = Mark("cs-0f1e2d3c4b5a69788", text_hash(WORDS), datetime.now(UTC) - timedelta(minutes=5))
ATTACHED = [{"key": "countersign", "value": {"mark": MARK.value}}]


async def test_reply_is_found_by_the_mark_that_nobody_sees(connector: Connector) -> None:
    written = await connector.write(await connector.fetch(TICKET), PublicReply("Other words", MARK))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert (found.entry_id, found.visibility, found.version) == (written.entry_id, Visibility.PUBLIC, None)


async def test_reply_is_found_by_its_words_where_nothing_is_attached(connector: Connector, desk: JiraDesk) -> None:
    desk.drops_properties = True
    await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, MARK))

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_address_that_jira_made_a_card_of_is_still_the_same_words(connector: Connector, desk: JiraDesk) -> None:
    card = {"type": "inlineCard", "attrs": {"url": "https://acme.example/a"}}
    words = [{"type": "text", "text": "See "}, card, {"type": "text", "text": " and wait."}]
    desk.says(TICKET, ME, {"type": "doc", "content": [{"type": "paragraph", "content": words}]}, public=True)
    mark = Mark("cs-card", text_hash("See https://acme.example/a and wait."), MARK.since)

    assert await connector.find_mark(TICKET, mark) is not None


async def test_only_what_could_be_it_is_asked_for(connector: Connector, desk: JiraDesk, calls: CallList) -> None:
    desk.says(TICKET, ME, "Long ago", public=True, created="2026-01-01T10:00:00.000+0000")
    desk.says(TICKET, ME, "A note", public=False)
    desk.says(TICKET, ANN, "Not ours", public=True)
    candidate = desk.says(TICKET, ME, "Ours", public=True)

    assert await connector.find_mark(TICKET, MARK) is None

    asked = [call.request.url.path for call in calls if "/properties/" in call.request.url.path]
    assert asked == [f"/rest/api/3/comment/{candidate['id']}/properties/countersign"]


async def test_note_is_found_by_its_last_line(connector: Connector) -> None:
    written = await connector.write(await connector.fetch(TICKET), InternalNote(f"{WORDS}\n\n{MARK.value}", MARK))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert (found.entry_id, found.visibility) == (written.entry_id, Visibility.INTERNAL)


async def test_same_words_under_another_mark_are_another_reply(connector: Connector, desk: JiraDesk) -> None:
    other = [{"key": "countersign", "value": {"mark": "cs-another"}}]
    desk.says(TICKET, ME, WORDS, public=True, properties=other)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_same_words_from_before_are_another_reply(connector: Connector, desk: JiraDesk) -> None:
    desk.says(TICKET, ME, WORDS, public=True, created="2026-01-01T10:00:00.000+0000")

    assert await connector.find_mark(TICKET, MARK) is None


@pytest.mark.parametrize("author", [RITA, ANN, BOT])
@pytest.mark.parametrize("public", [True, False])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: Connector, desk: JiraDesk, author: str, public: bool
) -> None:
    desk.says(TICKET, author, WORDS, public=public, properties=ATTACHED)
    desk.says(TICKET, author, MARK.value, public=public)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_mark_in_our_own_public_text_proves_no_note(connector: Connector, desk: JiraDesk) -> None:
    desk.says(TICKET, ME, f"You asked what {MARK.value} is.", public=True)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_mark_on_a_later_page_is_found(connector: Connector, desk: JiraDesk) -> None:
    for _ in range(150):
        desk.says(TICKET, ANN, "more", public=False)
    await connector.write(await connector.fetch(TICKET), InternalNote(MARK.value, MARK))

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_comments_that_we_may_not_read_are_no_proof_of_absence(connector: Connector, desk: JiraDesk) -> None:
    desk.missing.add("comments")

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, MARK)


@pytest.mark.parametrize("answer", [{}, {"comments": None, "total": 0}, {"comments": []}, [], None, 7])
async def test_list_that_is_none_is_not_an_empty_one(connector: Connector, desk: JiraDesk, answer: object) -> None:
    desk.scripted[f"GET /rest/api/3/issue/{TICKET}/comment"] = 200, answer

    with pytest.raises(Unavailable):
        await connector.find_mark(TICKET, MARK)
