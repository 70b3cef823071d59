"""A lost answer is found again, and nobody else can fake it."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import InternalNote, Mark, PublicReply, Visibility, text_hash
from connectors.errors import AuthFailed, Unavailable
from connectors.hubspot.connector import HubspotConnector
from tests.connectors.hubspot.desk import APP, TICKET, HubspotDesk, recorded

WORDS = "<p>Use {{name}} &amp; wait.</p>\n<p>It is on its way.</p>"
PLAIN = "Use {{name}} & wait. It is on its way."
MARK = Mark("cs-0f1e2d3c4b5a69788796", text_hash(WORDS), datetime.now(UTC) - timedelta(minutes=1))
OURS = {"clientType": "INTEGRATION", "integrationAppId": APP}


@pytest.mark.parametrize("words", [WORDS, PLAIN])
async def test_reply_is_found_by_its_words(connector: HubspotConnector, words: str) -> None:
    mark = Mark(MARK.value, text_hash(words), MARK.since)
    written = await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, mark))

    found = await connector.find_mark(TICKET, mark)

    assert found is not None
    assert (found.entry_id, found.visibility, found.version) == (written.entry_id, Visibility.PUBLIC, None)


async def test_reply_on_a_channel_that_keeps_plain_words_is_found(
    connector: HubspotConnector, desk: HubspotDesk
) -> None:
    mark = Mark(MARK.value, text_hash(PLAIN), MARK.since)
    await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, mark))
    desk.happened[TICKET][-1]["richText"] = None

    assert await connector.find_mark(TICKET, mark) is not None


async def test_mark_at_the_end_of_a_long_comment_is_found(connector: HubspotConnector) -> None:
    body = "<p>" + "and so on " * 1_000 + f"</p><p>{MARK.value}</p>"
    await connector.write(await connector.fetch(TICKET), InternalNote(body, MARK))

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_same_words_from_before_are_another_reply(connector: HubspotConnector, desk: HubspotDesk) -> None:
    desk.says(TICKET, "A-988", WORDS, client=OURS)

    assert await connector.find_mark(TICKET, MARK) is None


@pytest.mark.parametrize("client", [{"clientType": "INTEGRATION"}, {"clientType": "HUBSPOT"}, None])
async def test_own_entries_are_found_where_hubspot_does_not_name_the_app(
    connector: HubspotConnector, desk: HubspotDesk, client: object
) -> None:
    await connector.write(await connector.fetch(TICKET), PublicReply(WORDS, MARK))
    desk.happened[TICKET][-1]["client"] = client

    assert await connector.find_mark(TICKET, MARK) is not None


@pytest.mark.parametrize("kind", ["COMMENT", "MESSAGE"])
@pytest.mark.parametrize("app", [None, 99])
async def test_mark_that_somebody_else_wrote_is_not_ours(
    connector: HubspotConnector, desk: HubspotDesk, kind: str, app: int | None
) -> None:
    desk.answer_now()
    client = {"clientType": "INTEGRATION" if app else "HUBSPOT", "integrationAppId": app}
    desk.says(TICKET, "A-988", WORDS, kind, client=client)
    desk.says(TICKET, "A-988", f"<p>{MARK.value}</p>", kind, client=client)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_mark_in_our_own_public_text_proves_no_note(connector: HubspotConnector, desk: HubspotDesk) -> None:
    desk.answer_now()
    desk.says(TICKET, "A-988", f"<p>You asked what {MARK.value} is.</p>", client=OURS)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_thread_that_we_may_not_read_is_no_proof_of_absence(
    connector: HubspotConnector, desk: HubspotDesk
) -> None:
    desk.missing.add("messages")

    with pytest.raises(AuthFailed):
        await connector.find_mark(TICKET, MARK)


@pytest.mark.parametrize("answer", [{}, {"results": None}, {"results": {}}, [], None, 7])
async def test_thread_without_its_list_is_not_an_empty_one(
    connector: HubspotConnector, desk: HubspotDesk, answer: object
) -> None:
    desk.scripted[f"GET /conversations/v3/conversations/threads/{TICKET}/messages"] = 200, answer

    with pytest.raises(Unavailable):
        await connector.find_mark(TICKET, MARK)


async def test_mark_on_a_later_page_is_found(connector: HubspotConnector, desk: HubspotDesk) -> None:
    await connector.write(await connector.fetch(TICKET), InternalNote(f"<p>{MARK.value}</p>", MARK))
    for _ in range(150):
        desk.says(TICKET, "A-988", "<p>more</p>", "COMMENT")

    assert await connector.find_mark(TICKET, MARK) is not None


async def test_recorded_thread_holds_no_mark_of_ours(connector: HubspotConnector) -> None:
    assert recorded("messages")["results"]
    assert await connector.find_mark(TICKET, MARK) is None
