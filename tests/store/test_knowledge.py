"""Articles as they were last read."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.store import knowledge
from gateway.store.database import Database
from gateway.store.knowledge import Reading


def article(number: str, text: str = "text", source: str = "help") -> dict[str, Any]:
    return {
        "source": source, "id": number, "title": f"Title {number}", "text": text, "url": None, "language": "en",
        "audience": "public", "brand": None, "owner": "Care", "updated_at": None, "authority": 5, "version": text,
    }  # fmt: skip


async def declare(database: Database, name: str, settings: str = "a folder") -> None:
    told = {"name": name, "owner": "Care", "contact": "care@example.com", "place": "", "authority": 5}
    await knowledge.declare(database, {**told, "settings": settings})


async def put(database: Database, name: str, articles: Sequence[dict[str, Any]], **told: Any) -> bool:
    await declare(database, name)
    return await knowledge.keep(database, name, Reading(articles, **told))


async def claim(database: Database, name: str = "help", **told: Any) -> Any:
    return await knowledge.claim(database, name, **{"every": 3600.0, "whole_every": 86400.0, **told})


async def ids(database: Database, *sources: str) -> list[str]:
    return [row["id"] for row in await knowledge.articles(database, sources)]


async def test_an_article_that_is_gone_from_its_source_is_gone(database: Database) -> None:
    await put(database, "help", [article("a"), article("b")])

    assert await put(database, "help", [article("b"), article("c")])

    assert await ids(database, "help") == ["b", "c"]


async def test_a_source_that_did_not_change_is_not_written_again(database: Database) -> None:
    await put(database, "help", [article("a")])

    before = await knowledge.articles(database, ["help"])

    assert not await put(database, "help", [article("a")])

    assert await knowledge.articles(database, ["help"]) == before


async def test_a_source_that_became_empty_has_no_article(database: Database) -> None:
    await put(database, "help", [article("a")])

    await put(database, "help", [])

    assert await ids(database, "help") == []


async def test_sources_do_not_touch_each_other(database: Database) -> None:
    await put(database, "help", [article("a")])
    await put(database, "terms", [article("a", source="terms")])
    await put(database, "help", [])

    assert await ids(database, "help", "terms") == ["a"]
    assert await ids(database) == []


async def test_two_workers_that_read_the_same_source_at_once_write_it_once(database: Database) -> None:
    await declare(database, "help")

    wrote = await asyncio.gather(*(knowledge.keep(database, "help", Reading([article("a")])) for _ in range(4)))

    assert sorted(wrote) == [False, False, False, True]
    assert await ids(database, "help") == ["a"]


async def test_an_article_that_changed_has_a_new_version_and_the_others_keep_their_times(database: Database) -> None:
    await put(database, "help", [article("a"), article("b")])
    before = await knowledge.versions(database)
    a, b = await knowledge.articles(database, ["help"])

    assert await put(database, "help", [article("a", "other text"), article("b")])

    now_a, now_b = await knowledge.articles(database, ["help"])
    assert await knowledge.versions(database) != before
    assert now_a["kept_at"] > a["kept_at"]
    assert now_b == b


async def test_what_changed_since_is_added_to_what_is_there(database: Database) -> None:
    await put(database, "help", [article("a"), article("b")])

    assert await put(database, "help", [article("b", "new"), article("c")], whole=False)

    assert [row["text"] for row in await knowledge.articles(database, ["help"])] == ["text", "new", "text"]


async def test_a_page_that_could_not_be_read_now_stays_and_one_that_is_gone_does_not(database: Database) -> None:
    await put(database, "help", [article("a"), article("b"), article("c")])

    await put(database, "help", [article("a")], unread=["b"])

    assert await ids(database, "help") == ["a", "b"]


async def test_a_source_is_read_by_one_at_a_time_and_not_before_it_is_due(database: Database) -> None:
    await declare(database, "help")

    claims = await asyncio.gather(*(claim(database) for _ in range(4)))
    assert [one is not None for one in sorted(claims, key=str)].count(True) == 1
    assert await claim(database, every=0.0) is None

    await put(database, "help", [])
    assert await claim(database) is None
    assert await claim(database, every=0.0) is not None


async def test_a_reader_that_died_does_not_keep_a_source_for_ever(database: Database) -> None:
    await declare(database, "help")
    await claim(database)

    await database.run("update source set lease_until = now() - interval '1 second'")

    assert await claim(database, at_once=True) is not None


async def test_reading_goes_on_from_its_cursor_until_the_whole_is_due(database: Database) -> None:
    await put(database, "help", [article("a")], cursor="2026-01-01")

    assert (await claim(database, at_once=True))["cursor"] == "2026-01-01"
    await put(database, "help", [], cursor="2026-01-02", whole=False)
    await database.run("update source set whole_at = now() - interval '2 days'")
    assert (await claim(database, at_once=True))["cursor"] is None


async def test_a_source_with_other_settings_is_read_from_its_beginning_and_at_once(database: Database) -> None:
    await put(database, "help", [article("a")], cursor="2026-01-01")
    assert await claim(database) is not None
    await put(database, "help", [article("a")], cursor="2026-01-01")
    assert await claim(database) is None

    await declare(database, "help", settings="a sitemap")

    assert (await claim(database))["cursor"] is None


async def test_a_failure_is_kept_with_what_was_read_before_until_reading_works_again(database: Database) -> None:
    await put(database, "help", [article("a")])

    await knowledge.failed(database, "help", "no answer")

    (row,) = await knowledge.status(database)
    assert (row["error"], row["articles"], row["lease_until"]) == ("no answer", 1, None)
    await put(database, "help", [article("a")])
    assert (await knowledge.status(database))[0]["error"] is None


async def test_a_source_that_nobody_declares_any_more_is_forgotten_with_its_articles(database: Database) -> None:
    await put(database, "help", [article("a")])
    await put(database, "terms", [article("a", source="terms")])

    await knowledge.forget_others(database, ["terms"])

    assert list(await knowledge.versions(database)) == ["terms"]
    assert await ids(database, "help", "terms") == ["a"]


async def test_what_is_too_old_is_let_go(database: Database) -> None:
    now = datetime.now(UTC)
    old, young = ({**article(id), "updated_at": now - timedelta(days=days)} for id, days in (("a", 200), ("b", 3)))
    await put(database, "solved", [{**old, "source": "solved"}, {**young, "source": "solved"}], whole=False)

    await put(database, "solved", [], whole=False, oldest=now - timedelta(days=180))

    assert await ids(database, "solved") == ["b"]


async def test_what_became_internal_is_so_at_once(database: Database) -> None:
    await put(database, "help", [article("a"), article("b")])
    before = await knowledge.versions(database)

    await knowledge.narrow(database, "help", ["a"])

    assert [row["audience"] for row in await knowledge.articles(database, ["help"])] == ["internal", "public"]
    assert await knowledge.versions(database) != before
