"""Articles that are for agents never reach a model that drafts, a draft, or a requester: over every ticket of the demo,
and over other data where COUNTERSIGN_TEST_ARTICLES and COUNTERSIGN_TEST_TICKETS name files of it."""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from connectors.contract import Visibility
from gateway.demo.script import ARTICLES, load_scenarios
from gateway.knowledge import Article, Defaults, read_source
from gateway.knowledge.library import Library, keep
from gateway.ledger.attempt import AttemptLog
from gateway.models import Drafter, DraftRequest, ModelReply, PromptFile, Route
from gateway.models.drafter import BeforeCall
from gateway.store.database import Database
from tests.fakes import MemoryDesk
from tests.workflow.floor import PROMPTS, SEND, Floor, built

LONG = 6  # words in a row that no chance brings together
OTHER = os.environ.get("COUNTERSIGN_TEST_ARTICLES"), os.environ.get("COUNTERSIGN_TEST_TICKETS")
MOST = int(os.environ.get("COUNTERSIGN_TEST_MOST", "200"))
_WORD = re.compile(r"[^\W\d_]+")  # numbers of lists come and go


@dataclass
class Listening(Drafter):
    """A drafter that remembers what the model was shown."""

    shown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(PromptFile.load(PROMPTS / "draft.md"), PromptFile.load(PROMPTS / "repair.md"))

    async def draft(self, request: DraftRequest, route: Route, log: AttemptLog, before_call: BeforeCall) -> ModelReply:
        self.shown += [f"{passage.title}\n{passage.text}" for passage in request.passages]
        return await super().draft(request, route, log, before_call)


def rows_of(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return {tuple(words[at : at + LONG]) for at in range(len(words) - LONG + 1)}


def secrets_of(articles: Sequence[Article]) -> set[tuple[str, ...]]:
    """What only internal articles say."""
    told: dict[bool, set[tuple[str, ...]]] = {True: set(), False: set()}
    for article in articles:
        told[article.audience == "public"] |= rows_of(f"{article.title}\n{article.text}")
    return told[False] - told[True]


async def leaks(
    database: Database, articles: Sequence[Article], questions: Sequence[str]
) -> tuple[int, int, list[str]]:
    """How often an internal passage was found, how many replies were sent, and each row of words that leaked."""
    desk, listening = MemoryDesk(), Listening()
    floor = await built(database, desk, then=SEND)
    await keep(database, "help", "Care", articles)
    library = Library(database)
    await library.refresh()
    floor.line = replace(floor.line, drafter=listening, library=library)
    secret = secrets_of(articles)
    titles = {row for article in articles for row in rows_of(article.title)}
    for number, question in enumerate(questions):
        await floor.walk(await floor.question(question, ticket=str(number)))
    written = [entry for number in range(len(questions)) for entry in desk.ours(str(number))]
    await listening.close()
    return (
        await internal_passages(floor),
        sum(visibility is Visibility.PUBLIC for visibility, _ in written),
        [
            *(" ".join(row) for text in listening.shown for row in rows_of(text) & secret),
            *(" ".join(row) for seen, text in written if seen is Visibility.PUBLIC for row in rows_of(text) & secret),
            # A note may tell the agent which internal article to read, and never what it says.
            *(" ".join(row) for _, text in written for row in rows_of(text) & secret - titles),
        ],
    )


def asked(file: Path) -> list[str]:
    """Texts or questions of a file of JSON lines."""
    told = [json.loads(line) for line in file.read_text().splitlines()[:MOST]]
    return [one.get("text") or one["question"] for one in told]


async def internal_passages(floor: Floor) -> int:
    row = await floor.only(
        """select count(*) as found from step, jsonb_array_elements(data->'passages') as passage
           where step.name = 'ground' and not (passage->>'public')::boolean"""
    )
    return int(row["found"])


def test_the_net_catches_a_sentence_of_an_internal_article() -> None:
    articles = read_source(ARTICLES, Defaults("help", "en")).articles

    assert rows_of("We wrote: a refund before the parcel is back needs a billing lead, sorry") & secrets_of(articles)


async def test_no_internal_article_leaks_over_all_tickets_of_the_demo(database: Database) -> None:
    articles = read_source(ARTICLES, Defaults("help", "en")).articles
    questions = [f"{scenario.subject}\n\n{scenario.body}" for scenario in load_scenarios() if scenario.body.strip()]
    # And those who ask for what is in them, in its own words.
    questions += [article.text[:2_000] for article in articles if article.audience == "internal"]

    found, sent, leaked = await leaks(database, articles, questions)

    assert found > len(questions) / 4, "internal articles were hardly ever found, so nothing was tried"
    assert sent > 0
    assert leaked == []


@pytest.mark.skipif(None in OTHER, reason="COUNTERSIGN_TEST_ARTICLES and COUNTERSIGN_TEST_TICKETS name no files")
async def test_no_internal_article_leaks_over_other_data(database: Database) -> None:
    articles = read_source(Path(OTHER[0] or ""), Defaults("help", "en")).articles
    questions = asked(Path(OTHER[1] or ""))

    found, _, leaked = await leaks(database, articles, questions)

    assert found > 0
    assert leaked == []
