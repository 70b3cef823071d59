"""Articles as they were last read."""

import asyncio
from typing import Any

from gateway.store import knowledge
from gateway.store.database import Database


def article(number: str, text: str = "text", source: str = "help") -> dict[str, Any]:
    return {
        "source": source, "id": number, "title": f"Title {number}", "text": text, "url": None, "language": "en",
        "audience": "public", "brand": None, "owner": "Care", "updated_at": None,
    }  # fmt: skip


async def ids(database: Database, *sources: str) -> list[str]:
    return [row["id"] for row in await knowledge.articles(database, sources)]


async def test_an_article_that_is_gone_from_its_source_is_gone(database: Database) -> None:
    await knowledge.replace_source(database, "help", "Care", "v1", [article("a"), article("b")])

    assert await knowledge.replace_source(database, "help", "Care", "v2", [article("b"), article("c")])

    assert await ids(database, "help") == ["b", "c"]
    assert await knowledge.versions(database) == {"help": "v2"}


async def test_a_source_that_did_not_change_is_not_written_again(database: Database) -> None:
    await knowledge.replace_source(database, "help", "Care", "v1", [article("a")])

    assert not await knowledge.replace_source(database, "help", "Care", "v1", [])

    assert await ids(database, "help") == ["a"]


async def test_a_source_that_became_empty_has_no_article(database: Database) -> None:
    await knowledge.replace_source(database, "help", "Care", "v1", [article("a")])

    await knowledge.replace_source(database, "help", "Care", "v2", [])

    assert await ids(database, "help") == []


async def test_sources_do_not_touch_each_other(database: Database) -> None:
    await knowledge.replace_source(database, "help", "Care", "v1", [article("a")])
    await knowledge.replace_source(database, "terms", "Legal", "v1", [article("a", source="terms")])
    await knowledge.replace_source(database, "help", "Care", "v2", [])

    assert await ids(database, "help", "terms") == ["a"]
    assert await ids(database) == []


async def test_two_workers_that_read_the_same_source_at_once_write_it_once(database: Database) -> None:
    wrote = await asyncio.gather(
        *(knowledge.replace_source(database, "help", "Care", "v1", [article("a")]) for _ in range(4))
    )

    assert sorted(wrote) == [False, False, False, True]
    assert await ids(database, "help") == ["a"]
