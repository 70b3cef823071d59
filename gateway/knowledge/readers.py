"""Reads articles from a folder of Markdown or a JSONL file; every complaint names its file and line."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from gateway.knowledge.articles import Article, Audience, Defaults, Problem, Read, audience_of

MAX_ARTICLE = 500_000
"""Bytes of one article; beyond it somebody put the wrong file into the folder."""
MAX_ARTICLES = 100_000
_KEYS = frozenset({"id", "title", "url", "language", "audience", "owner", "brand", "updated", "text", "content"})


class _Unreadable(Exception):
    """One article is wrong at one line. Becomes a `Problem`."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def read_source(path: Path, defaults: Defaults) -> Read:
    """A folder of Markdown (searched to its depths) or a JSONL file. A path that is neither is one problem."""
    if path.is_dir():
        return read_folder(path, defaults)
    if path.is_file():
        return read_jsonl(path, defaults)
    return Read((), (Problem(str(path), 1, "no such file or folder; correct the path of this knowledge source"),))


def read_folder(folder: Path, defaults: Defaults) -> Read:
    """Every `.md` file with its front matter: title, url, language, audience, owner, brand, updated. Links out of
    the folder are not followed."""
    root = folder.resolve()
    entries: list[Article | Problem] = []
    for path in sorted(folder.rglob("*.md"))[:MAX_ARTICLES]:
        if path.name.lower() == "readme.md" or not path.resolve().is_relative_to(root):
            continue
        try:
            entries.append(_markdown(path, path.relative_to(folder).with_suffix("").as_posix(), defaults))
        except _Unreadable as error:
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
            raise _Unreadable(f"is longer than {MAX_ARTICLE} bytes")
        entry = json.loads(line)
        if not isinstance(entry, dict):
            raise _Unreadable("is not a JSON object")
        return _article(entry, entry.get("content") or entry.get("text"), entry.get("id"), defaults)
    except (ValueError, RecursionError):
        return Problem(path, number, "is not valid JSON; each line must be one complete object")
    except _Unreadable as error:
        return Problem(path, number, str(error))


def _markdown(path: Path, name: str, defaults: Defaults) -> Article:
    if path.stat().st_size > MAX_ARTICLE:
        raise _Unreadable(f"is longer than {MAX_ARTICLE} bytes; is it an article?")
    raw = path.read_text(encoding="utf-8-sig")
    front, body = _front_matter(raw.replace("\r\n", "\n"))
    unknown = sorted(set(front) - _KEYS)
    if unknown:
        line = next(n for n, text in enumerate(raw.splitlines(), 1) if text.startswith(unknown[0]))
        raise _Unreadable(
            f'unknown key "{unknown[0]}"; known are {", ".join(sorted(_KEYS - {"text", "content"}))}', line
        )
    title = front.get("title") or _first_heading(body) or path.stem.replace("-", " ").capitalize()
    return _article({**front, "title": title}, _without_title(body, str(title)), front.get("id") or name, defaults)


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    if not text.startswith("---\n"):
        return {}, text
    head, found, body = text[4:].partition("\n---\n")
    if not found:
        raise _Unreadable('the front matter has no end; close it with a line "---"')
    try:
        front = yaml.safe_load(head)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise _Unreadable(
            f"the front matter is not YAML: {error.problem}; put texts with a colon in quotes", line
        ) from None
    if not isinstance(front, dict) or not all(isinstance(key, str) for key in front):
        raise _Unreadable('the front matter must be lines of "key: value"', 2)
    return front, body


def _article(entry: Mapping[str, Any], text: object, id: object, defaults: Defaults) -> Article:
    title = entry.get("title")
    if not isinstance(title, str) or not title.strip():
        raise _Unreadable("has no title")
    if not isinstance(text, str) or not text.strip():
        raise _Unreadable("has no text")
    if not isinstance(id, str | int) or not str(id).strip():
        raise _Unreadable("has no id")
    return Article(
        source=defaults.source,
        id=str(id),
        title=title.strip(),
        text=text.strip(),
        url=_url(entry.get("url")),
        language=_language(entry.get("language")) or defaults.language,
        audience=audience_of(title, _audience(entry.get("audience"), defaults.audience)),
        brand=_text(entry, "brand") or defaults.brand,
        owner=_text(entry, "owner") or defaults.owner,
        updated_at=_moment(entry.get("updated")),
    )


def _text(entry: Mapping[str, Any], key: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise _Unreadable(f"{key} must be text; put it in quotes")
    return value.strip() or None if value else None


def _url(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.startswith(("https://", "http://")) or any(map(str.isspace, value)):
        raise _Unreadable("url must begin with https:// and hold no spaces")
    return value


def _language(value: object) -> str | None:
    if value is None or value == "":
        return None
    if value is False:
        return "no"  # YAML reads the code of Norwegian as a truth value
    if not isinstance(value, str) or not value.replace("-", "").replace("_", "").isalpha():
        raise _Unreadable("language must be a code such as en or pt-BR")
    return value.replace("_", "-").split("-")[0].lower()


def _audience(value: object, otherwise: Audience) -> Audience:
    if value is None:
        return otherwise
    try:
        return Audience(str(value).lower())
    except ValueError:
        raise _Unreadable('audience must be "public" or "internal"') from None


def _moment(value: object) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise _Unreadable("updated must be a date such as 2026-05-31") from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise _Unreadable("updated must be a date such as 2026-05-31")


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
