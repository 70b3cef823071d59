"""A report as headings, sentences and tables, written as Markdown or as one HTML page that needs nothing else."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; break-after: avoid; }
.lead { font-size: 1.1rem; font-weight: 600; border-inline-start: .3rem solid; padding-inline-start: .8rem; }
table { border-collapse: collapse; width: 100%; break-inside: avoid; }
caption { text-align: start; padding-bottom: .3rem; }
.table { overflow-x: auto; }
th, td { text-align: start; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886; }
th, td { overflow-wrap: break-word; }
tbody th { font-weight: 500; }
td { font-variant-numeric: tabular-nums; }
@media print { :root { color-scheme: light; } body { margin: 0; max-width: none; font-size: 11pt; } }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` is what a reader hears before the cells; the first cell of a row names it."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    sentences: Sequence[str] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """`lead` is what somebody remembers who reads nothing else."""

    title: str
    lead: str
    sections: Sequence[Section] = field(default=())


def to_markdown(document: Document) -> str:
    return "\n".join(_markdown(document)) + "\n"


def to_html(document: Document) -> str:
    return "\n".join(_html(document)) + "\n"


def _markdown(document: Document) -> Iterable[str]:
    yield from (f"# {_md(document.title)}", "", f"**{_md(document.lead)}**")
    for section in document.sections:
        yield from ("", f"## {_md(section.heading)}", "")
        yield from (f"- {_md(sentence)}" for sentence in section.sentences)
        if table := section.table:
            yield from (("",) if section.sentences else ())
            yield from (
                f"{_md(table.caption)}",
                "",
                _row(table.headings),
                _row(["---"] * len(table.headings), raw=True),
            )
            yield from map(_row, table.rows)


def _row(cells: Sequence[str], *, raw: bool = False) -> str:
    return "| " + " | ".join(cells if raw else map(_md, cells)) + " |"


def _md(text: str) -> str:
    """One line in which nothing is markup: queues and owners are named by others."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def _html(document: Document) -> Iterable[str]:
    title = html.escape(document.title)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>"
    yield f'<h1>{title}</h1>\n<p class="lead">{html.escape(document.lead)}</p>'
    for number, section in enumerate(document.sections, start=1):
        yield f'<section aria-labelledby="s{number}">\n<h2 id="s{number}">{html.escape(section.heading)}</h2>'
        if section.sentences:
            yield "<ul>"
            yield from (f"<li>{html.escape(sentence)}</li>" for sentence in section.sentences)
            yield "</ul>"
        if section.table:
            yield from _table(section.table)
        yield "</section>"
    yield "</main>\n</body>\n</html>"


def _table(table: Table) -> Iterable[str]:
    heads = "".join(f'<th scope="col">{html.escape(heading)}</th>' for heading in table.headings)
    yield f'<div class="table" tabindex="0" role="region" aria-label="{html.escape(table.caption)}">'
    yield f"<table>\n<caption>{html.escape(table.caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    for first, *rest in table.rows:
        cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{html.escape(first)}</th>{cells}</tr>'
    yield "</tbody>\n</table>\n</div>"
