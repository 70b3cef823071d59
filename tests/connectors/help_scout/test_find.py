"""A lost answer is found again, nobody else can fake it, and what nobody can tell is not written twice."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import DraftReply, InternalNote, Mark, PublicReply, Visibility, text_hash
from connectors.errors import AuthFailed, Rejected
from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.help_scout.desk import ANN, ME, RITA, TICKET, HelpScoutDesk

WORDS = "<p>Use {%name%}; it&#x27;s on its way.</p>"


def mark(words: str = WORDS) -> Mark:
    return Mark("cs-0f1e2d3c4b5a69788796", text_hash(words), datetime.now(UTC) - timedelta(minutes=5))


@pytest.mark.parametrize(("kind", "seen"), [(DraftReply, Visibility.DRAFT), (PublicReply, Visibility.PUBLIC)])
async def test_what_shows_no_mark_is_found_by_its_words(
    connector: HelpScoutConnector, kind: type[DraftReply | PublicReply], seen: Visibility
) -> None:
    written = await connector.write(await connector.fetch(TICKET), kind(WORDS, mark()))

    found = await connector.find_mark(TICKET, mark())

    assert found is not None
    assert (found.entry_id, found.visibility) == (written.entry_id, seen)


async def test_note_is_found_by_the_mark_that_it_shows(connector: HelpScoutConnector) -> None:
    await connector.write(await connector.fetch(TICKET), InternalNote(f"<p>{mark().value}</p>", mark()))

    found = await connector.find_mark(TICKET, mark())

    assert found is not None
    assert found.visibility is Visibility.INTERNAL


@pytest.mark.parametrize("state", ["draft", "published"])
async def test_draft_that_an_agent_changed_is_neither_found_nor_written_again(
    connector: HelpScoutConnector, desk: HelpScoutDesk, state: str
) -> None:
    desk.says(TICKET, ME, "<p>Changed by Ann.</p>", type="message", state=state)

    with pytest.raises(Rejected, match="look whether it is the one"):
        await connector.find_mark(TICKET, mark())


async def test_reply_from_before_is_another_one(connector: HelpScoutConnector, desk: HelpScoutDesk) -> None:
    desk.says(TICKET, ME, WORDS, type="message", createdAt="2026-09-01T09:59:59Z")

    assert await connector.find_mark(TICKET, mark()) is None


async def test_change_without_words_is_not_looked_for_among_replies(
    connector: HelpScoutConnector, desk: HelpScoutDesk
) -> None:
    desk.says(TICKET, ME, "<p>Our reply.</p>", type="message")

    assert await connector.find_mark(TICKET, mark("")) is None


@pytest.mark.parametrize(("author", "kind"), [(RITA, "customer"), (ANN, "message"), (ANN, "note")])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: HelpScoutConnector, desk: HelpScoutDesk, author: int, kind: str
) -> None:
    desk.says(TICKET, author, WORDS, type=kind)
    desk.says(TICKET, author, mark().value, type=kind)

    assert await connector.find_mark(TICKET, mark()) is None


async def test_thread_that_we_may_not_read_is_no_proof_of_absence(
    connector: HelpScoutConnector, desk: HelpScoutDesk
) -> None:
    desk.missing.add("threads")

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, mark())
