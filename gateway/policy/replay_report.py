"""Shows a replay: as a table for a terminal, as CSV for a sheet, as HTML for a page or a mail."""

import csv
import io
import textwrap
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from gateway.policy.replay import Replay, Transition

TOPICS_SHOWN = 3
_COLUMNS = ("before", "after", "count", "share", "low", "high", "topics", "cost_usd", "unpriced", "examples")


def as_text(found: Replay) -> str:
    """A table of what changes, at most 100 columns wide."""
    return "\n".join(_text(found))


def _text(found: Replay) -> Iterator[str]:
    yield f"{found.runs:,} runs decided again by policy {found.version[:12]}"
    if not found.changed:
        yield "  no verdict changes"
    for transition in found.changed:
        share, low, high = found.share(transition.count)
        change = f"{transition.before} -> {transition.after}"
        figures = f"{transition.count:>7,}  {share:>6.1%} ({low:.1%} to {high:.1%})"
        yield f"  {change:<20}{figures}   {_cost(transition)}"
        if topics := _topics(transition):
            yield f"      {topics}"
        if transition.examples:
            told = f"such as {', '.join(transition.examples)}"
            yield from textwrap.wrap(told, 100, initial_indent="      ", subsequent_indent="        ")
    yield f"  escalated: {found.escalated_before:,} before, {found.escalated_after:,} after"
    if found.undecided:
        yield f"  {found.undecided:,} runs met a fact that nobody could tell, so a person looks"
    yield found.note


def as_csv(found: Replay) -> str:
    """One line for each pair of verdicts, the unchanged ones too."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in found.to_dict()["transitions"]:
        writer.writerow([_cell(row, column) for column in _COLUMNS])
    return out.getvalue()


def as_html(found: Replay) -> str:
    """A table that stands alone or inside a page; without scripts and styles."""
    head = "".join(
        f"<th scope=col>{name}</th>" for name in ("change", "runs", "share", "95 % interval", "topics", "examples")
    )
    rows = "".join(_row(found, transition) for transition in found.changed)
    rows = rows or '<tr><td colspan="6">No verdict changes.</td></tr>'
    load = f"Escalated: {found.escalated_before:,} before, {found.escalated_after:,} after."
    caption = f"{found.runs:,} runs decided again by policy {escape(found.version[:12])}"
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p>{load} {escape(found.note)}</p>"
    )


def _row(found: Replay, transition: Transition) -> str:
    share, low, high = found.share(transition.count)
    cells = (
        f"{transition.before} → {transition.after}",
        f"{transition.count:,}",
        f"{share:.1%}",
        f"{low:.1%} to {high:.1%}",
        _topics(transition),
        ", ".join(transition.examples),
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _topics(transition: Transition) -> str:
    return ", ".join(f"{count:,} with topic {topic}" for topic, count in transition.topics.most_common(TOPICS_SHOWN))


def _cost(transition: Transition) -> str:
    unpriced = f", {transition.unpriced:,} unpriced" if transition.unpriced else ""
    return f"{transition.cost:.4f} USD{unpriced}"


def _cell(row: Mapping[str, Any], column: str) -> str:
    """No cell starts like a formula: spreadsheets run those."""
    value = row[column]
    if isinstance(value, dict):
        value = "; ".join(f"{topic} {count}" for topic, count in value.items())
    elif isinstance(value, list):
        value = " ".join(value)
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
