"""A lost answer is found again, and nobody else can fake it."""

from datetime import UTC, datetime

import pytest

from connectors.contract import DraftReply, InternalNote, Mark, PublicReply, Visibility, text_hash
from connectors.errors import AuthFailed, Unavailable
from connectors.zammad.connector import ZammadConnector
from tests.connectors.zammad.desk import ANN, ME, RITA, TICKET, ZammadDesk

BODY = "<p>Use #{name} &amp; wait.</p><p>It is on its way.</p>"
MARK = Mark("cs-0f1e2d3c4b5a69788796", text_hash(BODY), datetime(2026, 9, 1, 10, tzinfo=UTC))


async def test_reply_is_found_by_the_mark_that_nobody_sees(connector: ZammadConnector) -> None:
    written = await connector.write(await connector.fetch(TICKET), PublicReply("<p>On its way.</p>", MARK))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert (found.entry_id, found.visibility, found.version) == (written.entry_id, Visibility.PUBLIC, None)


async def test_note_is_found_by_its_text_where_the_preferences_are_gone(
    connector: ZammadConnector, desk: ZammadDesk
) -> None:
    desk.drops_preferences = True
    await connector.write(await connector.fetch(TICKET), InternalNote(f"<p>Draft</p><p>{MARK.value}</p>", MARK))

    assert await connector.find_mark(TICKET, MARK) is not None


@pytest.mark.parametrize("hashed", [BODY, "Use #{name} & wait. It is on its way."])
async def test_reply_is_found_by_its_page_or_its_words_where_the_preferences_are_gone(
    connector: ZammadConnector, desk: ZammadDesk, hashed: str
) -> None:
    desk.drops_preferences = True
    mark = Mark(MARK.value, text_hash(hashed), MARK.since)
    await connector.write(await connector.fetch(TICKET), PublicReply(BODY, mark))

    found = await connector.find_mark(TICKET, mark)

    assert found is not None
    assert found.visibility is Visibility.PUBLIC


async def test_same_words_with_another_mark_or_from_before_are_another_reply(
    connector: ZammadConnector, desk: ZammadDesk
) -> None:
    mark = Mark(MARK.value, text_hash("<p>Plain words.</p>"), MARK.since)
    desk.says(TICKET, ME, "<p>Plain words.</p>", preferences={"countersign_mark": "cs-another"})
    desk.says(TICKET, ME, "<p>Plain words.</p>", created_at="2026-09-01T09:59:59.000Z")
    assert await connector.find_mark(TICKET, mark) is None

    now = desk.says(TICKET, ME, "<p>Plain words.</p>")
    found = await connector.find_mark(TICKET, mark)

    assert found is not None
    assert found.entry_id == str(now["id"])


@pytest.mark.parametrize("author", [RITA, ANN])
@pytest.mark.parametrize("internal", [True, False])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: ZammadConnector, desk: ZammadDesk, author: int, internal: bool
) -> None:
    desk.says(TICKET, author, BODY, internal=internal, preferences={"countersign_mark": MARK.value})
    desk.says(TICKET, author, f"<p>{MARK.value}</p>", internal=internal)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_words_that_we_entered_for_a_customer_are_not_ours(connector: ZammadConnector, desk: ZammadDesk) -> None:
    told = {"sender": "Customer", "origin_by_id": RITA, "preferences": {"countersign_mark": MARK.value}}
    desk.says(TICKET, ME, f"<p>{MARK.value}</p>", **told)

    assert await connector.find_mark(TICKET, MARK) is None


class TestDrafts:
    async def test_draft_is_found_where_it_waits(self, connector: ZammadConnector) -> None:
        written = await connector.write(await connector.fetch(TICKET), DraftReply(BODY, MARK))

        found = await connector.find_mark(TICKET, MARK)

        assert found is not None
        assert (found.entry_id, found.visibility) == (written.entry_id, Visibility.DRAFT)

    async def test_draft_that_a_colleague_went_on_with_did_get_through(
        self, connector: ZammadConnector, desk: ZammadDesk
    ) -> None:
        await connector.write(await connector.fetch(TICKET), DraftReply(BODY, MARK))
        desk.drafts[TICKET]["updated_by_id"] = ANN

        assert await connector.find_mark(TICKET, MARK) is not None

    async def test_draft_that_a_colleague_made_is_not_ours_whatever_it_holds(
        self, connector: ZammadConnector, desk: ZammadDesk
    ) -> None:
        desk.colleague_types(TICKET)
        desk.drafts[TICKET]["new_article"]["preferences"] = {"countersign_mark": MARK.value}

        assert await connector.find_mark(TICKET, MARK) is None


@pytest.mark.parametrize("right", ["articles", "drafts"])
async def test_part_that_we_may_not_read_is_no_proof_of_absence(
    connector: ZammadConnector, desk: ZammadDesk, right: str
) -> None:
    desk.missing.add(right)

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, MARK)


@pytest.mark.parametrize("answer", [{}, {"articles": []}, None, 7])
async def test_thread_without_its_list_is_not_an_empty_one(
    connector: ZammadConnector, desk: ZammadDesk, answer: object
) -> None:
    desk.scripted["GET /ticket_articles/by_ticket/81"] = 200, answer

    with pytest.raises(Unavailable):
        await connector.find_mark(TICKET, MARK)
