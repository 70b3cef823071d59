"""What one mail became, step by step, on a terminal: what came in, what was taken off, what went out."""

from collections.abc import Callable, Iterator, Mapping
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from gateway.cli.policy_told import counted
from gateway.cli.tables import console, told
from gateway.ledger.sheet import harmless
from gateway.store.reports import Story, duration

LINES = 30  # of one text
Line = tuple[str, object]  # a label and what it says; without a label it is a text, shown behind a bar
SEVERITIES = {"stop": "red", "concern": "yellow"}


def print_steps(story: Story, mail: str | None) -> None:
    """`mail` is the message as it came, masked."""
    out = console()
    for name, step in story.steps.items():
        out.print()
        out.print(Rule(Text.assemble((name, "bold"), (f" {duration(step.ms)}", "dim")), align="left", style="dim"))
        if step.erased:
            out.print(Text("  Its texts were erased at the requester's wish.", style="dim"))
        for label, value in TELLERS.get(name, _anything)(_mapping(step.data), _mapping(step.content)):
            _print(out, label, value)
        if name == "context" and mail:
            _print(out, "", f"As it came, masked:\n{mail}")


def _print(out: Console, label: str, value: object) -> None:
    if not label:
        lines = [piece for line in harmless(str(value)).splitlines() for piece in wrap(line, out.width - 6) or [""]]
        shown = "\n".join(f"│ {line}" for line in lines[:LINES])
        more = f"\n│ … {len(lines) - LINES} more lines" if len(lines) > LINES else ""
        out.print(Padding(Text(shown + more, style="cyan"), (0, 2)))
    else:
        style = SEVERITIES.get(label, "dim")
        out.print(Padding(Text.assemble((f"{label:<12}", style), told(value)), (0, 2)))


def _context(data: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[Line]:
    yield "Ticket", _listed(data, "status", "priority", "channel", "queue")
    yield "Thread", f"{counted(data.get('messages') or 0, 'message')}, {data.get('unanswered')} unanswered"
    if tags := data.get("tags"):
        yield "Tags", ", ".join(map(str, tags))
    for fact, known in _mapping(data.get("known")).items():
        against = "".join(f"; {word['origin']} says {word['value']}" for word in known.get("others") or [])
        yield "Known", f"{fact} is {known.get('value')}, told by {known.get('origin')}{against}"


def _screen(data: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Line]:
    yield "Taken off", ", ".join(data.get("removed") or []).replace("_", " ") or "nothing"
    yield "Language", f"{data.get('language') or 'not known'} ({data.get('language_confidence') or 0:.0%} sure)"
    yield "Masked", _counted(data.get("pii")) or "nothing personal found"
    injection = _mapping(data.get("injection"))
    signs = ", ".join(f"{sign['name']} ({sign.get('place', 'text')})" for sign in injection.get("signals") or [])
    yield "Injection", f"{injection.get('score') or 0:.2f}" + (f": {signs.replace('_', ' ')}" if signs else "")
    if topics := _mapping(data.get("topics")):
        yield "Topics", ", ".join(f"{name} {score:.2f}" for name, score in topics.items())
    if content.get("question"):
        yield "", f"What is left, as a model sees it:\n{content.get('subject')}\n\n{content['question']}"


def _ground(data: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[Line]:
    grounding = data.get("grounding")
    yield "Covered", "no source was searched" if grounding is None else f"{grounding:.0%} of the question"
    for passage in data.get("passages") or []:
        use = "would steer a model" if passage.get("suspect") else None if passage.get("public") else "internal"
        kept = f" ({use}: not used)" if use else ""
        yield f"[{passage.get('number')}]", f"{passage.get('title')}, score {passage.get('score') or 0:.2f}{kept}"


def _draft(data: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Line]:
    yield "Model", f"{data.get('model')}, {data.get('form')}, prompt {str(data.get('prompt_version'))[:8]}"
    yield "Cites", ", ".join(f"[{number}]" for number in data.get("cited") or []) or "nothing"
    if tags := data.get("suggested_tags"):
        yield "Would tag", ", ".join(tags)
    for question in content.get("open_questions") or []:
        yield "Open", question
    if text := content.get("marked") or content.get("masked"):
        yield "", f"The draft, masked:\n{text}"


def _check(data: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Line]:
    sure = _mapping(data.get("confidence"))
    parts = ", ".join(f"{name} {part:.2f}" for name, part in _mapping(sure.get("parts")).items() if part is not None)
    yield "Confidence", f"{sure.get('value') or 0:.2f} ({parts})"
    for finding in content.get("findings") or data.get("findings") or []:
        kind = str(finding.get("kind")).replace("_", " ")
        yield str(finding.get("severity")), f"{kind}: {finding.get('detail') or ''}"


def _decide(data: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[Line]:
    yield "Verdict", f"{data.get('verdict')}, by policies {str(data.get('policy_version'))[:12]}"
    for because in data.get("because") or []:
        yield "Because", because
    if writes := data.get("writes"):
        yield "Writes", ", ".join(writes)


def _anything(data: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[Line]:
    yield from ((name.replace("_", " "), value) for name, value in data.items())


TELLERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[Line]]] = {
    "context": _context,
    "screen": _screen,
    "ground": _ground,
    "draft": _draft,
    "check": _check,
    "decide": _decide,
}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(data: Mapping[str, Any], *names: str) -> str:
    return " · ".join(str(data[name]) for name in names if data.get(name))


def _counted(found: Any) -> str:
    return ", ".join(f"{kind.lower().replace('_', ' ')} ({count})" for kind, count in _mapping(found).items())
