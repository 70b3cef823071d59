"""A lost answer is found again, and nobody else can fake it."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import DraftReply, InternalNote, Mark, PublicReply, Visibility, text_hash
from connectors.errors import AuthFailed, Unavailable
from connectors.front.connector import FrontConnector
from tests.connectors.front.desk import ANN, ME, RITA, TICKET, FrontDesk

WORDS = "It's {{name}}'s & it is on its way.\n\nBye"
MARK = Mark("cs-0f1e2d3c4b5a69788", text_hash(WORDS), datetime.now(UTC) - timedelta(minutes=5))


async def test_reply_is_found_by_its_words(connector: FrontConnector) -> None:
    written = await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, MARK))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert (found.entry_id, found.visibility, found.version) == (written.entry_id, Visibility.PUBLIC, None)


async def test_reply_is_found_however_front_spells_its_page(connector: FrontConnector, desk: FrontDesk) -> None:
    await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, MARK))
    last = desk.messages[TICKET][-1]
    last["body"] = (
        '<div class="front">' + last["body"].replace("'", "&#39;").replace("<p>", "<p dir='auto'>") + "</div>"
    )

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_draft_is_found_by_its_sign_after_a_teammate_typed_in_it(
    connector: FrontConnector, desk: FrontDesk
) -> None:
    written = await connector.write(await connector.fetch(TICKET), DraftReply(WORDS, MARK))
    desk.edits(desk.drafts[TICKET][0], desk.drafts[TICKET][0]["body"].replace("Bye", "Yours, Ann"))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert (found.entry_id, found.visibility) == (written.entry_id, Visibility.DRAFT)


@pytest.mark.parametrize("dated", [True, False])
async def test_draft_is_found_by_its_words_where_front_drops_the_sign(
    connector: FrontConnector, desk: FrontDesk, dated: bool
) -> None:
    desk.drops_html_comments = True
    await connector.write(await connector.fetch(TICKET), DraftReply(WORDS, MARK))
    if not dated:
        desk.drafts[TICKET][0]["created_at"] = None

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_same_words_under_another_mark_are_another_draft(connector: FrontConnector) -> None:
    other = Mark("cs-another", MARK.text_hash, MARK.since)
    await connector.write(await connector.fetch(TICKET), DraftReply(WORDS, other))

    assert await connector.find_mark(TICKET, MARK) is None


async def test_sent_draft_is_no_reply_of_ours(connector: FrontConnector, desk: FrontDesk) -> None:
    await connector.write(await connector.fetch(TICKET), DraftReply(WORDS, MARK))
    desk.sends(TICKET, desk.drafts[TICKET][0])

    assert await connector.find_mark(TICKET, MARK) is None


async def test_same_words_from_before_are_another_reply(connector: FrontConnector, desk: FrontDesk) -> None:
    desk.says(TICKET, ME, f"<p>{WORDS}</p>", created_at=(MARK.since - timedelta(seconds=1)).timestamp())

    assert await connector.find_mark(TICKET, MARK) is None


@pytest.mark.parametrize("author", [RITA, ANN, "tea_b07"])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: FrontConnector, desk: FrontDesk, author: str
) -> None:
    desk.says(TICKET, author, f"<p>{WORDS}</p><!--countersign {MARK.value} 0123456789abcdef-->")
    desk.says(TICKET, author, f"<p>{WORDS}</p>")
    if author != RITA:
        desk.notes(TICKET, author, MARK.value)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_mark_behind_many_pages_is_found(connector: FrontConnector, desk: FrontDesk) -> None:
    await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, MARK))
    for _ in range(150):
        desk.says(TICKET, ANN, "<p>more</p>")

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_note_is_found_among_comments(connector: FrontConnector) -> None:
    written = await connector.write(await connector.fetch(TICKET), InternalNote(f"Draft\n\n{MARK.value}", MARK))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert (found.entry_id, found.visibility) == (written.entry_id, Visibility.INTERNAL)


@pytest.mark.parametrize("part", ["messages", "comments", "drafts"])
async def test_part_that_we_may_not_read_is_no_proof_of_absence(
    connector: FrontConnector, desk: FrontDesk, part: str
) -> None:
    desk.missing.add(part)

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, MARK)


@pytest.mark.parametrize("answer", [{}, {"_results": None}, {"_results": {}}, [], None, 7])
async def test_list_that_is_none_is_not_an_empty_one(
    connector: FrontConnector, desk: FrontDesk, answer: object
) -> None:
    desk.scripted[f"GET /conversations/{TICKET}/messages"] = 200, answer

    with pytest.raises(Unavailable):
        await connector.find_mark(TICKET, MARK)
