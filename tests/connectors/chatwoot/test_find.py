"""A lost answer is found again, and nobody else can fake it."""

from datetime import UTC, datetime

import pytest

from connectors.chatwoot.connector import ChatwootConnector
from connectors.contract import InternalNote, Mark, PublicReply, Visibility, text_hash
from connectors.errors import AuthFailed, Unavailable
from tests.connectors.chatwoot.desk import ANN, ME, RITA, TICKET, ChatwootDesk

WORDS = "Use {{name}}; it is on its way."
MARK = Mark("cs-0f1e2d3c4b5a69788796", text_hash(WORDS), datetime(2026, 9, 1, 10, tzinfo=UTC))


async def test_reply_is_found_by_the_mark_that_nobody_sees(connector: ChatwootConnector) -> None:
    written = await connector.write(await connector.fetch(TICKET), PublicReply("On its way.", MARK))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert (found.entry_id, found.visibility, found.version) == (written.entry_id, Visibility.PUBLIC, None)


async def test_note_is_found_by_its_text_where_the_attributes_are_gone(
    connector: ChatwootConnector, desk: ChatwootDesk
) -> None:
    desk.drops_attributes = True
    await connector.write(await connector.fetch(TICKET), InternalNote(f"Draft\n\n{MARK.value}", MARK))

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_reply_is_found_by_its_words_where_the_attributes_are_gone(
    connector: ChatwootConnector, desk: ChatwootDesk
) -> None:
    desk.drops_attributes = True
    await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, MARK))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert found.visibility is Visibility.PUBLIC


async def test_same_words_with_another_mark_are_another_reply(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    desk.says(TICKET, ME, WORDS, private=False, content_attributes={"countersign_mark": "cs-another"})

    assert await connector.find_mark(TICKET, MARK) is None


async def test_same_words_from_before_are_another_reply(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    desk.says(TICKET, ME, WORDS, private=False, created_at=1_788_256_799)

    assert await connector.find_mark(TICKET, MARK) is None


@pytest.mark.parametrize("author", [RITA, ANN])
@pytest.mark.parametrize("private", [True, False])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: ChatwootConnector, desk: ChatwootDesk, author: int, private: bool
) -> None:
    desk.says(TICKET, author, WORDS, private=private, content_attributes={"countersign_mark": MARK.value})
    desk.says(TICKET, author, MARK.value, private=private)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_mark_in_our_own_public_text_proves_no_note(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    desk.says(TICKET, ME, f"You asked what {MARK.value} is.", private=False)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_thread_that_we_may_not_read_is_no_proof_of_absence(
    connector: ChatwootConnector, desk: ChatwootDesk
) -> None:
    desk.missing.add("messages")

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, MARK)


@pytest.mark.parametrize("answer", [{}, {"payload": None}, {"payload": {}}, [], None, 7])
async def test_thread_without_its_list_is_not_an_empty_one(
    connector: ChatwootConnector, desk: ChatwootDesk, answer: object
) -> None:
    desk.scripted["GET /api/v1/accounts/1/conversations/4312/messages"] = 200, answer

    with pytest.raises(Unavailable):
        await connector.find_mark(TICKET, MARK)


async def test_mark_on_a_later_page_is_found(connector: ChatwootConnector, desk: ChatwootDesk) -> None:
    for _ in range(150):
        desk.says(TICKET, ANN, "more", private=True)
    await connector.write(await connector.fetch(TICKET), InternalNote(MARK.value, MARK))

    assert await connector.find_mark(TICKET, MARK) is not None
