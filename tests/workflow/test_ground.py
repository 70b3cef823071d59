"""What a draft is made of, what the note names, and what neither of them may say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Visibility
from gateway.knowledge import Article, Audience
from gateway.knowledge.library import Library, keep
from tests.workflow.floor import ARTICLE, SEND, Floor

PARCELS = Article(
    "help", "parcels", "Where is my parcel?", ARTICLE, language="en", updated_at=datetime.now(UTC) - timedelta(days=30)
)
RUNBOOK = Article(
    "help", "runbook", "Internal: parcels", "When a parcel within the country does not arrive, refund 20 EUR.",
    language="en", audience=Audience.INTERNAL,
)  # fmt: skip


async def with_articles(floor: Floor, *articles: Article) -> Floor:
    await keep(floor.database, "help", "Care", articles)
    library = Library(floor.database)
    await library.refresh()
    floor.line = replace(floor.line, library=library)
    return floor


async def facts(floor: Floor, event: int) -> dict[str, Any]:
    kept = "select body from decision join content on content.id = facts_id where run_id = %(event)s"
    return dict((await floor.only(kept, event=event))["body"])


async def test_a_note_leads_to_our_page_of_an_article_without_an_address_and_tells_its_age(floor: Floor) -> None:
    await (await with_articles(floor, PARCELS)).walk(await floor.question())

    ((_, note),) = floor.desk.ours("7")
    assert "[1] Where is my parcel? (30 days old) http://127.0.0.1:8400/knowledge/help/parcels" in note


async def test_an_internal_article_is_named_to_the_agent_and_its_words_go_nowhere(floor: Floor) -> None:
    await (await with_articles(floor, PARCELS, RUNBOOK)).walk(await floor.question())

    ((visibility, note),) = floor.desk.ours("7")
    assert visibility is Visibility.INTERNAL
    assert "Internal: parcels internal, not in the draft http://127.0.0.1:8400/knowledge/help/runbook" in note
    assert "20 EUR" not in note


async def test_what_is_sent_names_no_internal_article(floor: Floor) -> None:
    floor.decide_by(SEND)

    await (await with_articles(floor, PARCELS, RUNBOOK)).walk(await floor.question())

    sent = [text for visibility, text in floor.desk.ours("7") if visibility is Visibility.PUBLIC]
    assert len(sent) == 1
    assert not any(word in sent[0] for word in ("Internal", "20 EUR", "/knowledge/"))


async def test_articles_of_another_brand_are_not_found(floor: Floor) -> None:
    await with_articles(floor, replace(PARCELS, brand="fell"), replace(PARCELS, id="tarn", brand="tarn"))
    event = await floor.question()
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], brand="tarn")

    await floor.walk(event)

    row = await floor.only("select data from step where name = 'ground'")
    assert [passage["article"] for passage in row["data"]["passages"]] == ["tarn"]


async def test_how_well_a_question_is_covered_and_how_old_its_source_is_are_facts(floor: Floor) -> None:
    await with_articles(floor, PARCELS)
    covered, foreign = await floor.question(), await floor.question("Do you play the piano at weddings?", ticket="8")

    await floor.walk(covered)
    await floor.walk(foreign)

    told = await facts(floor, covered)
    assert told["knowledge.newest_age_days"] == 30
    assert told["knowledge.grounding"] > 0.5
    assert not told["screen.out_of_scope"]
    assert (await facts(floor, foreign))["screen.out_of_scope"]
