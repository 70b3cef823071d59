"""A lost answer is found again, and nobody else can fake it."""

from datetime import UTC, datetime

import pytest

from connectors.contract import InternalNote, Mark, PublicReply, Visibility
from connectors.errors import AuthFailed, Rejected, Unavailable
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.zendesk.desk import ANN, ME, RITA, TICKET, ZendeskDesk

MARK = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, 10, tzinfo=UTC))


async def test_reply_is_found_by_the_mark_that_nobody_sees(connector: ZendeskConnector) -> None:
    written = await connector.write(await connector.fetch(TICKET), PublicReply("<p>On its way.</p>", MARK))

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert (found.entry_id, found.visibility, found.version) == (written.entry_id, Visibility.PUBLIC, None)


async def test_note_is_found_by_its_text_where_the_metadata_is_gone(
    connector: ZendeskConnector, desk: ZendeskDesk
) -> None:
    desk.says(TICKET, ME, f"<p>Draft</p><p>{MARK.value}</p>", public=False)

    found = await connector.find_mark(TICKET, MARK)

    assert found is not None
    assert found.visibility is Visibility.INTERNAL


@pytest.mark.parametrize("author", [RITA, ANN])
@pytest.mark.parametrize("public", [True, False])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: ZendeskConnector, desk: ZendeskDesk, author: int, public: bool
) -> None:
    custom = {"countersign_mark": MARK.value}
    desk.says(TICKET, author, f"<p>{MARK.value}</p>", public=public, custom=custom)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_mark_in_our_own_public_text_proves_no_note(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    desk.says(TICKET, ME, f"<p>You asked what {MARK.value} is.</p>", public=True)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_message_written_for_somebody_else_is_not_our_note(
    connector: ZendeskConnector, desk: ZendeskDesk
) -> None:
    audit = desk.says(TICKET, RITA, f"<p>{MARK.value}</p>", public=False)
    audit["author_id"] = ME

    assert await connector.find_mark(TICKET, MARK) is None


async def test_history_that_we_may_not_read_is_no_proof_of_absence(
    connector: ZendeskConnector, desk: ZendeskDesk
) -> None:
    desk.missing.add("history")

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, MARK)


async def test_mark_on_a_later_page_of_the_history_is_found(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    for _ in range(150):
        desk.says(TICKET, ANN, "<p>more</p>", public=False)
    await connector.write(await connector.fetch(TICKET), InternalNote(f"<p>{MARK.value}</p>", MARK))

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_history_of_an_archived_ticket_is_followed_by_link(
    connector: ZendeskConnector, desk: ZendeskDesk
) -> None:
    desk.says(TICKET, ME, "<p>On its way.</p>", public=True, custom={"countersign_mark": MARK.value})
    link = "https://acme.zendesk.com/api/v2/archive/page-2"
    desk.scripted["GET /api/v2/tickets/5158/audits"] = 200, {"audits": [], "next_page": link}
    desk.scripted["GET /api/v2/archive/page-2"] = 200, {"audits": desk.audits[TICKET], "next_page": None}

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_link_that_leads_away_is_not_followed(connector: ZendeskConnector, desk: ZendeskDesk) -> None:
    elsewhere = {"audits": [], "next_page": "https://elsewhere.example/api/v2/audits"}
    desk.scripted["GET /api/v2/tickets/5158/audits"] = 200, elsewhere

    with pytest.raises(Rejected, match="leads away"):
        await connector.find_mark(TICKET, MARK)


@pytest.mark.parametrize("answer", [{}, {"audits": None}, {"audits": {}}, [], None, 7])
async def test_history_without_its_list_is_not_an_empty_one(
    connector: ZendeskConnector, desk: ZendeskDesk, answer: object
) -> None:
    desk.scripted["GET /api/v2/tickets/5158/audits"] = 200, answer

    with pytest.raises(Unavailable):
        await connector.find_mark(TICKET, MARK)
