"""A lost answer is found again, and nobody else can fake it."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import InternalNote, Mark, PublicReply, Visibility, text_hash
from connectors.errors import AuthFailed, Unavailable
from connectors.intercom.connector import IntercomConnector
from tests.connectors.intercom.desk import ANN, ME, RITA, TICKET, IntercomDesk, recorded

WORDS = "<p>Use {{name}} &amp; wait.</p>\n<p>It is on its way.</p>"
MARK = Mark("cs-0f1e2d3c4b5a69788796", text_hash(WORDS), datetime.now(UTC) - timedelta(minutes=1))


@pytest.mark.parametrize("words", [WORDS, "Use {{name}} & wait. It is on its way."])
async def test_reply_is_found_by_its_words_though_intercom_dressed_them(
    connector: IntercomConnector, words: str
) -> None:
    mark = Mark(MARK.value, text_hash(words), MARK.since)
    written = await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, mark))

    found = await connector.find_mark(TICKET, mark)

    assert found is not None
    assert (found.entry_id, found.visibility, found.version) == (written.entry_id, Visibility.PUBLIC, None)


async def test_reply_that_closed_the_conversation_is_found(connector: IntercomConnector, desk: IntercomDesk) -> None:
    desk.answer_now()
    desk.says(TICKET, ME, WORDS, "close")

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_same_words_from_before_are_another_reply(connector: IntercomConnector, desk: IntercomDesk) -> None:
    desk.says(TICKET, ME, WORDS, created_at=int(MARK.since.timestamp()) - 1)

    assert await connector.find_mark(TICKET, MARK) is None


@pytest.mark.parametrize("author", [RITA, ANN])
@pytest.mark.parametrize("kind", ["note", "comment"])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: IntercomConnector, desk: IntercomDesk, author: str, kind: str
) -> None:
    desk.answer_now()
    desk.says(TICKET, author, WORDS, kind)
    desk.says(TICKET, author, f"<p>{MARK.value}</p>", kind)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_mark_in_our_own_public_text_proves_no_note(connector: IntercomConnector, desk: IntercomDesk) -> None:
    desk.says(TICKET, ME, f"<p>You asked what {MARK.value} is.</p>")

    assert await connector.find_mark(TICKET, MARK) is None


async def test_thread_that_grew_past_what_is_shown_is_no_proof_of_absence(
    connector: IntercomConnector, desk: IntercomDesk
) -> None:
    desk.answer_now()
    await connector.write(await connector.fetch(TICKET), InternalNote(f"<p>{MARK.value}</p>", MARK))
    for _ in range(500):
        desk.says(TICKET, ANN, "<p>more</p>", "note")

    with pytest.raises(Unavailable, match="does not show that part"):
        await connector.find_mark(TICKET, MARK)


async def test_long_thread_that_reaches_back_before_the_write_is_proof_enough(
    connector: IntercomConnector, desk: IntercomDesk
) -> None:
    for _ in range(501):
        desk.says(TICKET, ANN, "<p>before</p>", "note")

    assert await connector.find_mark(TICKET, MARK) is None


async def test_thread_that_we_may_not_read_is_no_proof_of_absence(
    connector: IntercomConnector, desk: IntercomDesk
) -> None:
    desk.missing.add("threads")

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, MARK)


@pytest.mark.parametrize("parts", [None, {}, [], {"conversation_parts": None}, 7])
async def test_thread_without_its_list_is_not_an_empty_one(
    connector: IntercomConnector, desk: IntercomDesk, parts: object
) -> None:
    answer = {**recorded("conversation"), "conversation_parts": parts}
    desk.scripted[f"GET /conversations/{TICKET}"] = 200, answer

    with pytest.raises(Unavailable):
        await connector.find_mark(TICKET, MARK)
