"""What becomes of real messages? Run: python -m bench.messages MESSAGES.jsonl ARTICLES.jsonl

MESSAGES hold `text`; ARTICLES are a knowledge base. Each message is opened as a ticket at a help desk and goes down the
whole line in real processes with the drafter that needs no model, under the policies that the project ships. Told are
the shares, what was quoted of internal articles (must be nothing), and some drafts to be read."""

import argparse
import asyncio
import json
import os
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.acknowledgement import percentile
from bench.house import House, open_house
from gateway.knowledge import Audience, Defaults

SOURCE = Defaults("help")
WITHIN = 900.0  # seconds for all
THIN = 0.3  # of grounding, as in policies/approval/confidence.yaml
QUOTED = 8  # words in a row make a quotation
AT_ONCE = 20  # tickets that are being opened
SEEN = """
select distinct on (r.ticket_id) r.ticket_id, r.id, r.state, r.verdict, r.waited_ms + r.took_ms as took_ms,
  facts.body as facts, text.body as draft
from run r left join decision d on d.run_id = r.id left join content facts on facts.id = d.facts_id
  left join draft on draft.run_id = r.id left join content text on text.id = draft.content_id
where r.finished_at is not null order by r.ticket_id, r.id
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.messages", description=__doc__)
    parser.add_argument("messages", type=Path)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--limit", type=int, help="only the first so many messages")
    parser.add_argument("--examples", type=int, default=2, help="drafts to read, of each kind (default: 2)")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    texts = [str(line["text"]) for line in _lines(asked.messages)][: asked.limit]
    with (
        tempfile.TemporaryDirectory(prefix="countersign-messages-") as temporary,
        open_house(Path(temporary), 0, model=None, knowledge=asked.articles.resolve()) as house,
    ):
        house.start_web()
        house.start_worker()
        load, began = os.getloadavg()[0], time.perf_counter()
        seen = asyncio.run(_played(house, texts))
        took = time.perf_counter() - began
    show(seen, took, load)
    leaks = list(leaked(seen, _lines(asked.articles)))
    print(f"  drafts with {QUOTED} words in a row that only internal articles have: {len(leaks)}")
    print("\n".join(f"    {words!r} in {draft!r}" for words, draft in leaks[:5]))
    examples(seen, asked.examples, random.Random(asked.seed))
    raise SystemExit(1 if leaks else 0)


async def _played(house: House, texts: Sequence[str]) -> list[Mapping[str, Any]]:
    """What is known of each message, in their order."""
    headers = {"authorization": f"Bearer {house.agents_token}"}
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.desk_port}", headers=headers, timeout=60) as desk:

        async def opened(number: int, text: str) -> str:
            requester = {"name": f"Customer {number}", "email": f"customer.{number}@example.com"}
            async with gate:
                body = {"subject": text[:60], "requester": requester, "body": text}
                return str((await desk.post("/api/tickets", json=body)).raise_for_status().json()["id"])

        tickets = await asyncio.gather(*(opened(number, text) for number, text in enumerate(texts)))
    until = time.monotonic() + WITHIN
    while len(rows := house.rows(SEEN)) < len(tickets):
        if time.monotonic() > until or any(process.poll() is not None for process in house.processes.values()):
            raise SystemExit(f"the line did not finish: {len(rows)} of {len(tickets)}; see {house.folder}")
        await asyncio.sleep(1)
    by_ticket = {row["ticket_id"]: row for row in rows}
    return [{**by_ticket[ticket], "text": text} for ticket, text in zip(tickets, texts, strict=True)]


def kind_of(row: Mapping[str, Any]) -> str:
    """A few words for what the knowledge base had to say."""
    facts = row["facts"] or {}
    if row["verdict"] is None:
        return "no draft owed"
    if not draft_of(row):
        return "withheld"
    if facts.get("screen.out_of_scope"):
        return "out of scope"
    if (facts.get("knowledge.grounding") or 0) < THIN:
        return "hardly covered"
    return "grounded" if facts.get("draft.citations") else "passages found, none answers"


def draft_of(row: Mapping[str, Any]) -> str:
    body = row["draft"]
    return str(body.get("text", "")) if isinstance(body, dict) else str(body or "")


def show(seen: Sequence[Mapping[str, Any]], took: float, load: float) -> None:
    count = len(seen)
    times = [float(row["took_ms"]) for row in seen if row["took_ms"] is not None]
    print(f"{count} messages in {took:.0f} s at load {load:.1f}; accepted to written: ", end="")
    print(f"median {percentile(times, 50) / 1000:.1f} s, p95 {percentile(times, 95) / 1000:.1f} s")
    for title, words in (("what was found", map(kind_of, seen)), ("verdict", (str(row["verdict"]) for row in seen))):
        shares = ", ".join(f"{word} {number} ({number / count:.1%})" for word, number in Counter(words).most_common())
        print(f"  {title}: {shares}")
    facts = [row["facts"] for row in seen if row["facts"]]
    noticed = Counter(found for fact in facts for found in fact.get("draft.findings", ()))
    told = ", ".join(f"{name} {number}" for name, number in noticed.most_common())
    print(f"  noticed in drafts: {told or 'nothing'}")
    claims = sum(bool(fact.get("draft.uncited_claims")) for fact in facts)
    print(f"  drafts with a statement that no source has: {claims}")


def leaked(seen: Sequence[Mapping[str, Any]], articles: Sequence[Mapping[str, Any]]) -> Any:
    """Quotations of internal articles: words in a row that no public article has and no customer wrote."""
    internal: set[tuple[str, ...]] = set()
    public: set[tuple[str, ...]] = set()
    for article in articles:
        text = f"{article['title']} {article.get('content') or article.get('text', '')}"
        (internal if SOURCE.audience_of(article["title"], None) is Audience.INTERNAL else public).update(_runs_of(text))
    for row in seen:
        for words in sorted(set(_runs_of(draft_of(row))) & (internal - public - set(_runs_of(row["text"])))):
            yield " ".join(words), draft_of(row)
            break


def _runs_of(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[start : start + QUOTED]) for start in range(len(words) - QUOTED + 1)]


def examples(seen: Sequence[Mapping[str, Any]], each: int, chance: random.Random) -> None:
    for kind in dict.fromkeys(map(kind_of, seen)):
        some = [row for row in seen if kind_of(row) == kind]
        for row in chance.sample(some, min(each, len(some))):
            print(f"\n[{kind}] {row['text']}\n  -> {draft_of(row) or '(no draft)'}")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


if __name__ == "__main__":
    main()
