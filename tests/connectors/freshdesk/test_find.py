"""A lost answer is found again, nobody else can fake it, and what nobody can tell is not written twice."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import InternalNote, Mark, PublicReply, Visibility, text_hash
from connectors.errors import AuthFailed, Rejected, Unavailable
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.desk import ANN, ME, RITA, TICKET, FreshdeskDesk

WORDS = "<p>Use {{name}}; it is &quot;on its way&quot;.</p>"


def mark(words: str = WORDS) -> Mark:
    return Mark("cs-0f1e2d3c4b5a69788796", text_hash(words), datetime.now(UTC) - timedelta(minutes=5))


async def test_note_is_found_by_the_mark_that_it_shows(connector: FreshdeskConnector) -> None:
    written = await connector.write(await connector.fetch(TICKET), InternalNote(f"<p>{mark().value}</p>", mark()))

    found = await connector.find_mark(TICKET, mark())

    assert found is not None
    assert (found.entry_id, found.visibility) == (written.entry_id, Visibility.INTERNAL)


@pytest.mark.parametrize("words", [WORDS, "<p>One</p>\n<p>Two &amp; three</p>", "<p>Just words</p>"])
async def test_reply_is_found_by_its_words_whatever_wraps_them(connector: FreshdeskConnector, words: str) -> None:
    await connector.write(await connector.fetch(TICKET), PublicReply(words, mark(words)))

    found = await connector.find_mark(TICKET, mark(words))

    assert found is not None
    assert found.visibility is Visibility.PUBLIC


async def test_reply_that_freshdesk_changed_is_neither_found_nor_written_again(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    desk.says(TICKET, ME, "<p>Changed on its way.</p>", private=False)

    with pytest.raises(Rejected, match="look whether it is the one"):
        await connector.find_mark(TICKET, mark())


async def test_reply_from_before_is_another_one(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    desk.says(TICKET, ME, WORDS, private=False, created_at="2026-09-01T09:59:59Z")

    assert await connector.find_mark(TICKET, mark()) is None


async def test_change_without_words_is_not_looked_for_among_replies(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    desk.says(TICKET, ME, "<p>Our reply.</p>", private=False)

    assert await connector.find_mark(TICKET, mark("")) is None


@pytest.mark.parametrize("author", [RITA, ANN])
@pytest.mark.parametrize("private", [True, False])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: FreshdeskConnector, desk: FreshdeskDesk, author: int, private: bool
) -> None:
    desk.says(TICKET, author, WORDS, private=private)
    desk.says(TICKET, author, mark().value, private=private)

    assert await connector.find_mark(TICKET, mark()) is None


async def test_mark_in_our_own_public_text_proves_no_note(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    desk.says(TICKET, ME, f"You asked what {mark().value} is.", private=False, created_at="2026-09-01T09:59:59Z")

    assert await connector.find_mark(TICKET, mark()) is None


async def test_mark_on_a_later_page_is_found(connector: FreshdeskConnector, desk: FreshdeskDesk) -> None:
    for _ in range(150):
        desk.says(TICKET, ANN, "more", private=True)
    await connector.write(await connector.fetch(TICKET), InternalNote(mark().value, mark()))

    assert await connector.find_mark(TICKET, mark()) is not None


async def test_thread_that_we_may_not_read_is_no_proof_of_absence(
    connector: FreshdeskConnector, desk: FreshdeskDesk
) -> None:
    desk.missing.add("threads")

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, mark())


@pytest.mark.parametrize("answer", [{}, {"conversations": []}, None, 7])
async def test_thread_that_is_no_list_is_not_an_empty_one(
    connector: FreshdeskConnector, desk: FreshdeskDesk, answer: object
) -> None:
    desk.scripted["GET /api/v2/tickets/452/conversations"] = 200, answer

    with pytest.raises(Unavailable):
        await connector.find_mark(TICKET, dataclasses.replace(mark(), text_hash="x"))
