"""Reads articles from a folder of Markdown and HTML or a JSONL file; every complaint names its file and line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from gateway.knowledge.articles import Article, Defaults, Problem, Read
from gateway.knowledge.entries import KEYS, MAX_ARTICLE, Unreadable, article_of
from gateway.knowledge.markup import article_text, told_by

MAX_ARTICLES = 100_000
HTML = (".html", ".htm")


def read_source(path: Path, defaults: Defaults) -> Read:
    """A folder of Markdown and HTML (searched to its depths) or a JSONL file. A path that is neither is one problem."""
    if path.is_dir():
        return read_folder(path, defaults)
    if path.is_file():
        return read_jsonl(path, defaults)
    return Read((), (Problem(str(path), 1, "no such file or folder; correct the path of this knowledge source"),))


def read_folder(folder: Path, defaults: Defaults) -> Read:
    """Every `.md` file with its front matter: title, url, language, audience, owner, brand, updated; every `.html` file
    with what its head says of the same. Links out of the folder are not followed."""
    root = folder.resolve()
    entries: list[Article | Problem] = []
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".md", *HTML))
    for path in files[:MAX_ARTICLES]:
        if path.name.lower() == "readme.md" or not path.resolve().is_relative_to(root):
            continue
        read = _page if path.suffix.lower() in HTML else _markdown
        try:
            entries.append(read(path, path.relative_to(folder).with_suffix("").as_posix(), defaults))
        except Unreadable as error:
            entries.append(Problem(str(path), error.line, str(error)))
        except (OSError, UnicodeDecodeError):
            entries.append(Problem(str(path), 1, "cannot be read as UTF-8 text; save it as UTF-8"))
    return Read.of(_unique(entries))


def read_jsonl(path: Path, defaults: Defaults) -> Read:
    """One object a line: `id`, `title`, `content` or `text`, and what a front matter may say."""
    entries: list[Article | Problem] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if number > MAX_ARTICLES:
                entries.append(Problem(str(path), number, f"has more than {MAX_ARTICLES} articles; split the source"))
                break
            if line.strip():
                entries.append(_json_entry(line, str(path), number, defaults))
    return Read.of(_unique(entries))


def _json_entry(line: bytes, path: str, number: int, defaults: Defaults) -> Article | Problem:
    try:
        if len(line) > MAX_ARTICLE:
            raise Unreadable(f"is longer than {MAX_ARTICLE} bytes")
        entry = json.loads(line)
        if not isinstance(entry, dict):
            raise Unreadable("is not a JSON object")
        return article_of(entry, entry.get("content") or entry.get("text"), entry.get("id"), defaults)
    except (ValueError, RecursionError):
        return Problem(path, number, "is not valid JSON; each line must be one complete object")
    except Unreadable as error:
        return Problem(path, number, str(error))


def _page(path: Path, name: str, defaults: Defaults) -> Article:
    raw = _raw(path)
    said = told_by(raw)
    title = said.get("title") or path.stem.replace("-", " ").capitalize()
    return article_of({**said, "title": title}, _without_title(article_text(raw), title), name, defaults)


def _raw(path: Path) -> str:
    if path.stat().st_size > MAX_ARTICLE:
        raise Unreadable(f"is longer than {MAX_ARTICLE} bytes; is it an article?")
    return path.read_text(encoding="utf-8-sig")


def _markdown(path: Path, name: str, defaults: Defaults) -> Article:
    raw = _raw(path)
    front, body = _front_matter(raw.replace("\r\n", "\n"))
    unknown = sorted(set(front) - KEYS)
    if unknown:
        line = next(n for n, text in enumerate(raw.splitlines(), 1) if text.startswith(unknown[0]))
        raise Unreadable(f'unknown key "{unknown[0]}"; known are {", ".join(sorted(KEYS - {"text", "content"}))}', line)
    title = front.get("title") or _first_heading(body) or path.stem.replace("-", " ").capitalize()
    return article_of({**front, "title": title}, _without_title(body, str(title)), front.get("id") or name, defaults)


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    if not text.startswith("---\n"):
        return {}, text
    head, found, body = text[4:].partition("\n---\n")
    if not found:
        raise Unreadable('the front matter has no end; close it with a line "---"')
    try:
        front = yaml.safe_load(head)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise Unreadable(
            f"the front matter is not YAML: {error.problem}; put texts with a colon in quotes", line
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError):  # a control character, the 30th of February, a thousand levels
        raise Unreadable("the front matter is not YAML that can be read; write it anew", 2) from None
    if not isinstance(front, dict) or not all(isinstance(key, str) for key in front):
        raise Unreadable('the front matter must be lines of "key: value"', 2)
    return front, body


def _first_heading(body: str) -> str | None:
    return next((line[2:].strip() for line in body.splitlines() if line.startswith("# ")), None)


def _without_title(body: str, title: str) -> str:
    first, _, rest = body.lstrip().partition("\n")
    return rest if first.startswith("# ") and first[2:].strip().lower() == title.strip().lower() else body


def _unique(entries: list[Article | Problem]) -> list[Article | Problem]:
    return list(_refuse_repeats(entries))


def _refuse_repeats(entries: list[Article | Problem]) -> Iterator[Article | Problem]:
    seen: set[str] = set()
    for entry in entries:
        if isinstance(entry, Article) and entry.id in seen:
            yield Problem(entry.source, 1, f'the id "{entry.id}" is used twice; only the first article is kept')
            continue
        if isinstance(entry, Article):
            seen.add(entry.id)
        yield entry
