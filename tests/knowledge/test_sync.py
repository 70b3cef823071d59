"""Sources are read one after the other, and nothing of them is lost silently."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.contract import Article as HelpCentreArticle
from connectors.contract import BodyFormat
from connectors.errors import Unavailable
from gateway.knowledge import Defaults
from gateway.knowledge.library import Library
from gateway.knowledge.sources import Declared, Files, HelpCentre, Reads
from gateway.knowledge.sync import Librarian
from gateway.store import knowledge
from gateway.store.database import Database

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@dataclass
class Desk:
    """A help centre in memory, with a clock of its own."""

    kept: dict[str, HelpCentreArticle] = field(default_factory=dict)
    asked: list[datetime | None] = field(default_factory=list)
    away: bool = False

    def put(self, id: str, body: str, *, day: int = 0, public: bool = True, title: str = "") -> None:
        at = MONDAY + timedelta(days=day)
        self.kept[id] = HelpCentreArticle(id, title or f"About {id}", body, BodyFormat.HTML, None, "en", public, at)

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[HelpCentreArticle]]:
        self.asked.append(since)
        for one in self.kept.values():
            if self.away:
                raise Unavailable("GET /articles: no answer")
            if since is None or (one.updated_at and one.updated_at >= since):
                yield [one]


def declared(read: Reads, name: str = "help", **defaults: object) -> Declared:
    return Declared(Defaults(name, "en", owner="Care", **defaults), "care@example.com", "a place", read)  # type: ignore[arg-type]


def librarian(database: Database, desk: Desk, **defaults: object) -> Librarian:
    source = declared(HelpCentre(desk, Defaults("help", "en", **defaults)), **defaults)  # type: ignore[arg-type]
    return Librarian(database, [source])


async def texts(database: Database) -> dict[str, str]:
    return {row["id"]: row["text"] for row in await knowledge.articles(database)}


async def later(database: Database, **ago: float) -> None:
    """As if the last reading had been so long ago."""
    await database.run(
        "update source set tried_at = tried_at - %(ago)s, whole_at = whole_at - %(ago)s", {"ago": timedelta(**ago)}
    )


async def test_a_help_centre_is_read_whole_and_then_what_changed(database: Database) -> None:
    desk = Desk()
    desk.put("a", "<p>One</p>", day=1)
    desk.put("b", "<p>Two</p>", day=2)
    keeper = librarian(database, desk)
    await keeper.begin()
    await keeper.take_turn()

    desk.put("a", "<p>Three</p>", day=3)
    await later(database, hours=2)
    (synced,) = await keeper.take_turn()

    assert await texts(database) == {"a": "Three", "b": "Two"}
    assert (synced.read, synced.whole, synced.changed) == (2, False, True)
    assert desk.asked == [None, MONDAY + timedelta(days=2, minutes=-5)]


async def test_a_source_that_is_not_due_is_left_alone(database: Database) -> None:
    desk = Desk()
    keeper = librarian(database, desk)
    await keeper.begin()

    assert len(await keeper.take_turn()) == 1
    assert await keeper.take_turn() == []
    assert desk.asked == [None]


async def test_two_workers_do_not_read_the_same_source_at_once(database: Database) -> None:
    desk = Desk()
    first, second = librarian(database, desk), librarian(database, desk)
    await asyncio.gather(first.begin(), second.begin())

    await asyncio.gather(first.take_turn(), second.take_turn())

    assert desk.asked == [None]


async def test_a_deleted_article_is_gone_with_the_next_whole_reading_and_at_once_when_a_person_asks(
    database: Database,
) -> None:
    desk = Desk()
    for id in ("a", "b", "c"):
        desk.put(id, "<p>Text</p>")
    keeper = librarian(database, desk)
    await keeper.begin()
    await keeper.take_turn()

    del desk.kept["a"]
    await keeper.sync()
    assert list(await texts(database)) == ["b", "c"]

    del desk.kept["b"]
    await later(database, days=2)
    await keeper.take_turn()
    assert list(await texts(database)) == ["c"]


async def test_what_the_help_desk_or_the_source_keeps_from_customers_is_internal(database: Database) -> None:
    desk = Desk()
    desk.put("a", "Text", public=False)
    desk.put("b", "Text", title="Runbook: refunds")
    desk.put("c", "Text")
    keeper = librarian(database, desk, internal_titles=("runbook*",))
    await keeper.begin()
    await keeper.take_turn()

    audiences = {row["id"]: row["audience"] for row in await knowledge.articles(database)}
    assert audiences == {"a": "internal", "b": "internal", "c": "public"}


async def test_a_title_that_is_made_internal_is_so_before_the_source_is_read_again(database: Database) -> None:
    desk = Desk()
    desk.put("b", "Text", title="Runbook: refunds")
    before = librarian(database, desk)
    await before.begin()
    await before.take_turn()

    desk.away = True
    await librarian(database, desk, internal_titles=("Runbook*",)).begin()

    assert [row["audience"] for row in await knowledge.articles(database)] == ["internal"]


async def test_a_failure_is_told_and_takes_nothing_away(database: Database) -> None:
    desk = Desk()
    desk.put("a", "<p>One</p>")
    keeper = librarian(database, desk)
    await keeper.begin()
    await keeper.take_turn()

    desk.away = True
    (synced,) = await keeper.sync()

    assert synced.error == "GET /articles: no answer"
    assert (await knowledge.status(database))[0]["error"] == "GET /articles: no answer"
    assert await texts(database) == {"a": "One"}


async def test_one_source_that_cannot_be_read_does_not_keep_the_others_from_it(
    database: Database, tmp_path: Path
) -> None:
    async def broken(cursor: str | None) -> object:
        raise ValueError("a bug with what somebody wrote in it")

    (tmp_path / "a.md").write_text("# A\n\nText.")
    files = declared(Files(tmp_path, Defaults("files")), "files")
    keeper = Librarian(database, [declared(broken, "broken"), files])  # type: ignore[arg-type]
    await keeper.begin()

    bad, good = await keeper.take_turn()

    assert bad.error == "an error that we did not expect: ValueError"
    assert (good.read, good.error) == (1, None)


async def test_a_folder_that_is_away_is_an_error_and_its_articles_stay(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nText.")
    source = replace(declared(Files(folder, Defaults("help"))), here=True)
    await Librarian(database, [source]).begin()

    folder.rename(tmp_path / "away")
    (synced,) = await Librarian(database, [source]).sync()

    assert synced.error is not None
    assert "no such file or folder" in synced.error
    assert list(await texts(database)) == ["a"]


async def test_files_are_there_when_a_worker_begins_and_searches_see_a_change(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "returns.md").write_text("# Returns\n\nParcels go back within thirty days.")
    source = replace(declared(Files(tmp_path, Defaults("help", "en"))), here=True)
    keeper, library = Librarian(database, [source]), Library(database)
    await keeper.begin()
    await library.refresh()
    assert (await library.search(["help"], "parcels back", language="en", limit=3)).passages

    (tmp_path / "returns.md").unlink()
    await keeper.sync()
    await library.refresh()

    assert (await library.search(["help"], "parcels back", language="en", limit=3)).passages == ()


async def test_contradictions_between_sources_are_kept_and_go_when_they_are_mended(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk()
    desk.put("a", "<p>You can send back unworn boots within 14 days of delivery.</p>", title="Returns")
    (tmp_path / "a.md").write_text("# Returns\n\nYou can send back unworn boots within 30 days of delivery.")
    files = declared(Files(tmp_path, Defaults("files", "en")), "files")
    keeper = Librarian(database, [declared(HelpCentre(desk, Defaults("help", "en"))), files])
    await keeper.begin()
    await keeper.take_turn()
    (told,) = await knowledge.contradictions(database)
    assert {(told["source"], told["unit"]), (told["other_source"], told["unit"])} == {("help", "day"), ("files", "day")}
    assert [row["contradictions"] for row in await knowledge.status(database)] == [1, 1]

    (tmp_path / "a.md").write_text("# Returns\n\nYou can send back unworn boots within 14 days of delivery.")
    await keeper.sync()

    assert await knowledge.contradictions(database) == []
