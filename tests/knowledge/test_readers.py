from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.knowledge import Audience, Defaults, read_folder, read_jsonl, read_source

SOURCE = Defaults("help", language="en", owner="Care")

FULL = """---
title: Returns
url: https://help.example/returns
language: de-AT
audience: internal
owner: Returns Team
brand: tarn
updated: 2026-10-28
---

# Returns

Send it back within 30 days.
"""


def _folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.md").write_text(text)
    return path


def test_front_matter_says_everything_about_an_article(tmp_path: Path) -> None:
    (article,) = read_folder(_folder(tmp_path, returns=FULL), SOURCE).articles

    assert article.source == "help"
    assert article.id == "returns"
    assert article.title == "Returns"
    assert article.text == "Send it back within 30 days."
    assert article.url == "https://help.example/returns"
    assert article.language == "de"
    assert article.audience is Audience.INTERNAL
    assert (article.owner, article.brand) == ("Returns Team", "tarn")
    assert article.updated_at == datetime(2026, 10, 28, tzinfo=UTC)


def test_an_article_without_front_matter_takes_its_heading_and_the_defaults(tmp_path: Path) -> None:
    (article,) = read_folder(_folder(tmp_path, faq="# Questions\n\nText."), SOURCE).articles

    assert (article.title, article.text) == ("Questions", "Text.")
    assert (article.language, article.owner, article.audience) == ("en", "Care", Audience.PUBLIC)


@pytest.mark.parametrize("value", ["2026-02-30", "\x1f", "!!int x", "[" * 3000])
def test_front_matter_that_cannot_be_read_is_one_problem_and_stops_no_other_article(tmp_path: Path, value: str) -> None:
    read = read_folder(_folder(tmp_path, bad=f"---\nupdated: {value}\n---\nText.", good="# Good\n\nText."), SOURCE)

    assert [article.title for article in read.articles] == ["Good"]
    assert len(read.problems) == 1


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Internal: refunds",
            "internal: refunds",
            "  INTERNAL: refunds",
            "Internal - refunds",
            "INTERNAL ONLY | refunds",
        ),
        *(
            "Refunds (Internal)",
            "(Internal) Refunds",
            "[staff only] Refunds",
            "Intern: Erstattungen",
            "Refunds [ internal ]",
        ),
    ],
)
def test_a_title_that_is_marked_as_internal_is_internal_whatever_else_is_said(tmp_path: Path, title: str) -> None:
    text = f'---\ntitle: "{title}"\naudience: public\n---\nNever above 100.'

    (article,) = read_folder(_folder(tmp_path, a=text), SOURCE).articles

    assert article.audience is Audience.INTERNAL


@pytest.mark.parametrize(
    "title", ["Internal transfers between accounts", "Internship", "Internal-medicine cover", "Interne"]
)
def test_a_title_that_only_has_the_word_is_none(tmp_path: Path, title: str) -> None:
    (article,) = read_folder(_folder(tmp_path, a=f'---\ntitle: "{title}"\n---\nText.'), SOURCE).articles

    assert article.audience is Audience.PUBLIC


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\ntitle: a\nText without an end", 1, "no end"),
        ("---\ntitle: Refunds: how\n---\nText", 2, "quotes"),
        ("---\ntitle: a\nlangauge: en\n---\nText", 3, '"langauge"'),
        ("---\ntitle: a\naudience: staff\n---\nText", 1, '"public" or "internal"'),
        ("---\ntitle: a\nurl: help.example\n---\nText", 1, "https://"),
        ("---\ntitle: a\nupdated: yesterday\n---\nText", 1, "2026-05-31"),
        ("---\ntitle: a\nowner: [x]\n---\nText", 1, "owner"),
        ("---\n- a\n---\nText", 2, "key: value"),
        ("# Only a title", 1, "no text"),
    ],
)
def test_a_bad_article_is_reported_with_file_and_line_and_the_others_are_read(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    read = read_folder(_folder(tmp_path, bad=text, good="# Good\n\nText."), SOURCE)

    (problem,) = read.problems
    assert [article.id for article in read.articles] == ["good"]
    assert problem.path.endswith("bad.md")
    assert problem.line == line
    assert message in str(problem)


def test_files_that_are_not_text_or_lead_out_of_the_folder_are_not_articles(tmp_path: Path) -> None:
    outside = tmp_path / "secret.md"
    outside.write_text("# Secret\n\nText.")
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "link.md").symlink_to(outside)
    (folder / "binary.md").write_bytes(b"\xff\xfe\x00")
    (folder / "README.md").write_text("# About this folder\n\nText.")

    read = read_folder(folder, SOURCE)

    assert read.articles == ()
    assert [Path(problem.path).name for problem in read.problems] == ["binary.md"]


def test_norwegian_is_a_language_and_not_a_truth_value(tmp_path: Path) -> None:
    (article,) = read_folder(_folder(tmp_path, a="---\ntitle: a\nlanguage: no\n---\nText"), SOURCE).articles

    assert article.language == "no"


def test_jsonl_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text(
        '{"id": "a", "title": "Internal: A", "content": "Text a"}\n'
        "\n"
        '{"id": 7, "title": "B", "text": "Text b", "url": "https://help.example/b"}\n'
        "{not json}\n"
        '["a list"]\n'
        '{"id": "c", "title": "C"}\n'
        '{"id": "a", "title": "again", "text": "Text"}\n'
    )

    read = read_jsonl(path, SOURCE)

    assert [(article.id, article.audience) for article in read.articles] == [
        ("a", Audience.INTERNAL),
        ("7", Audience.PUBLIC),
    ]
    assert [problem.line for problem in read.problems[:3]] == [4, 5, 6]
    assert "used twice" in str(read.problems[3])


def test_a_source_that_is_not_there_is_a_problem_and_not_an_empty_source(tmp_path: Path) -> None:
    read = read_source(tmp_path / "nowhere", SOURCE)

    assert read.articles == ()
    assert "correct the path" in str(read.problems[0])
