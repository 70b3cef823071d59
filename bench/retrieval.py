"""How good and how fast is the search? Run: python -m bench.retrieval, over the demo's articles and questions about
them, or: python -m bench.retrieval ARTICLES --questions Q.jsonl --messages M.jsonl

QUESTIONS hold `question`, `required_documents` and perhaps `language`; MESSAGES hold `text` that the articles should
cover. Texts that they should not cover come from `--foreign FILE` (a text a line) or from the list below. With
`--semantic` the same again by meaning too, which needs the extra of that name."""

import argparse
import json
import statistics
import time
from dataclasses import replace
from pathlib import Path

from gateway.knowledge import Defaults, Found, Index, Passage, passages_of, read_source
from gateway.knowledge.meaning import Meaning

ARTICLES = Path(__file__).parent.parent / "gateway" / "demo" / "articles"
QUESTIONS = Path(__file__).parent / "questions" / "demo.jsonl"
FOREIGN = """\
My tent pole snapped on the first night, can I get a replacement part?
How do I reset my thermostat after the firmware update?
The washing machine shows error E17 and does not drain the water.
Can I bring my dog on the ferry to Harwich?
I would like to book a table for six people on Friday evening.
Does this jacket come in a size XL in dark green?
What are the visiting hours of the maternity ward?
The Wi-Fi on the train to Hamburg did not work at all.
How often should I water the orchids that I bought from you?
Is the museum open on Easter Monday?
The e-bike battery only lasts 20 km now, is that normal?
Please tell me how to grow tomatoes on a balcony.
The printer jams every time I use thick paper.
How do I change the oil of my lawn mower?
The dishwasher leaves white stains on the glasses.
What is the maximum luggage weight in economy class?
The audiobook stops playing after chapter three.
My glasses broke, do you repair frames?
The elevator in our building has been stuck since Monday.
What ingredients are in the vegan burger, I am allergic to nuts?
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path, nargs="?", help="a folder or a JSONL file; else the demo's")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--messages", type=Path)
    parser.add_argument("--foreign", type=Path)
    parser.add_argument("--semantic", action="store_true")
    parser.add_argument("--scale", type=int, default=10_000, help="passages of the larger index")
    arguments = parser.parse_args()

    questions = arguments.questions or (None if arguments.articles else QUESTIONS)
    read = read_source(arguments.articles or ARTICLES, Defaults("bench", language="en"))
    passages = [passage for article in read.articles for passage in passages_of(article)]
    index = _built(passages)
    if questions and arguments.semantic:
        _quality(Index.build(passages, meaning=Meaning()), _lines(questions), "by words and meaning")
    if questions:
        _quality(index, _lines(questions))
    messages = [line["text"] for line in _lines(arguments.messages)] if arguments.messages else []
    if messages:
        foreign = (arguments.foreign.read_text() if arguments.foreign else FOREIGN).splitlines()
        _grounding(index, messages, foreign)
        _speed(index, messages)
        _speed(_built(_scaled(passages, arguments.scale, messages)), messages)


def _built(passages: list[Passage]) -> Index:
    began = time.process_time()
    index = Index.build(passages)
    print(f"{len(index)} passages indexed in {time.process_time() - began:.2f} s of CPU")
    return index


def _quality(index: Index, questions: list[dict], how: str = "by words") -> None:
    hits, recalls = 0, {5: 0.0, 10: 0.0}
    began = time.process_time()
    for question in questions:
        needed = set(question["required_documents"])
        language = question.get("language", "en")
        articles = list(dict.fromkeys(_articles(index.search(question["question"], language=language, limit=60))))
        hits += bool(articles) and articles[0] in needed
        for depth in recalls:
            recalls[depth] += len(needed & set(articles[:depth])) / len(needed)
    spent = (time.process_time() - began) / len(questions) * 1000
    shares = ", ".join(f"recall@{depth} {recall / len(questions):.1%}" for depth, recall in recalls.items())
    print(f"{len(questions)} questions {how}: hit@1 {hits / len(questions):.1%}, {shares}; {spent:.2f} ms CPU each")


def _articles(found: Found) -> list[str]:
    return [scored.passage.article_id for scored in found.passages]


def _grounding(index: Index, messages: list[str], foreign: list[str]) -> None:
    """The two distributions, and how many of each lie above a threshold that a policy could use."""
    for name, texts in (("in scope", messages), ("foreign", foreign)):
        values = sorted(index.search(text, language="en").grounding for text in texts)
        tenths = statistics.quantiles(values, n=10)
        above = {limit: sum(value >= limit for value in values) / len(values) for limit in (0.3, 0.5, 0.7)}
        shares = ", ".join(f">={limit}: {share:.0%}" for limit, share in above.items())
        print(f"grounding, {name:9} p10 {tenths[0]:.2f}  p50 {tenths[4]:.2f}  p90 {tenths[8]:.2f}   {shares}")


def _speed(index: Index, messages: list[str]) -> None:
    began = time.process_time()
    for message in messages[:500]:
        index.search(message, language="en")
    print(f"{len(index)} passages: {(time.process_time() - began) / len(messages[:500]) * 1000:.3f} ms CPU per search")


def _scaled(passages: list[Passage], size: int, messages: list[str]) -> list[Passage]:
    """More passages of the same shape: copies, each with a different sentence added."""
    return [
        replace(
            passages[n % len(passages)],
            id=str(n),
            text=f"{passages[n % len(passages)].text} {messages[n % len(messages)]}",
        )
        for n in range(size)
    ]


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


if __name__ == "__main__":
    main()
