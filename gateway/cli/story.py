"""The story of a run on a terminal: where it stands, its steps on one scale, its calls and its writes."""

from collections.abc import Iterator, Mapping

from rich.text import Text

from gateway.cli.tables import Column, console, print_table, told
from gateway.store.database import Row
from gateway.store.reports import Cost, Story, duration

BAR = 24  # characters of the longest step
STEPS = ("context", "screen", "ground", "draft", "check", "decide", "deliver")

CALLS: tuple[Column[Row], ...] = (
    Column("#", lambda call: call["number"], number=True),
    Column("Model", lambda call: call["model"]),
    Column(
        "Ended", lambda call: ", ".join(dict.fromkeys(filter(None, (call["outcome"] or "never", call["error_kind"]))))
    ),
    Column("Tokens in", lambda call: _known(call["input_tokens"]), number=True),
    Column("out", lambda call: _known(call["output_tokens"]), number=True),
    Column("Took", lambda call: duration(call["latency_ms"]), number=True),
    Column("Cost", lambda call: Cost.of_calls([call]), number=True),
)
WRITES: tuple[Column[Row], ...] = (
    Column("Write", lambda write: write["purpose"]),
    Column("State", lambda write: write["state"]),
    Column("Mark", lambda write: write["mark"]),
    Column("Entry", lambda write: write["entry_id"]),
    Column("Detail", lambda write: write["detail"]),
)


def print_story(story: Story) -> None:
    out = console()
    for label, value in _heading(story):
        out.print(Text.assemble((f"{label:<9}", "dim"), told(value)))
    _print_steps(story)
    if story.attempts:
        print_table(CALLS, story.attempts)
    if story.writes:
        print_table(WRITES, story.writes)


def _heading(story: Story) -> Iterator[tuple[str, object]]:
    event, run = story.event, story.run or {}
    yield "Run", f"{event['id']}, {event['kind'].replace('_', ' ')}, received {told(event['received_at'])} UTC"
    yield "Ticket", f"{event['account']} #{event['ticket_id']}"
    tries = f", {event['tries']} failed tries" if event["tries"] else ""
    yield "State", f"{story.state}{tries}"
    if reason := run.get("reason") or event["error"]:
        yield "Why", reason
    if decision := story.decision:
        yield "Verdict", decision["verdict"]
    for because in _told_by(story, "decide", "because"):
        yield "Because", because
    for skipped in _told_by(story, "draft", "skipped"):
        yield "Skipped", skipped.replace("_", " ")
    if story.draft:
        yield "Draft", story.draft["state"]
    if outcome := story.outcome:
        yield "Outcome", ", ".join(_outcome(outcome))
    if run:
        yield "Took", f"{duration(run['took_ms'])}, after {duration(run['waited_ms'])} waiting"
    yield "Cost", story.cost if story.attempts else "no call to a model"


def _outcome(outcome: Row) -> Iterator[str]:
    yield outcome["kind"].replace("_", " ") + (" by a policy" if outcome["sent_by"] == "policy" else "")
    if outcome["similarity"] is not None and outcome["sent_by"] != "policy":
        yield f"{outcome['similarity']:.0%} alike"
    if outcome["kept"] is not None and outcome["kept"] < 1:
        yield f"{outcome['kept']:.0%} of the draft kept"
    if outcome["reopened_at"]:
        yield "then the requester wrote again"
    if outcome["finding"]:
        yield f"found {outcome['finding']} afterwards"


def _told_by(story: Story, step: str, key: str) -> list[str]:
    kept = story.steps.get(step)
    told = kept.data.get(key) if kept and isinstance(kept.data, Mapping) else None
    return [str(one) for one in told] if isinstance(told, list) else []


def _print_steps(story: Story) -> None:
    ms = {name: step.ms for name, step in story.steps.items()} | dict((story.run or {}).get("step_ms") or {})
    longest = max(ms.values(), default=0.0)
    out = console()
    out.print()
    for name in STEPS:
        if name in ms:
            filled = "█" * max(1, round(BAR * ms[name] / longest)) if longest else ""
            out.print(Text.assemble(f"{name:<9}", (f"{filled:<{BAR}}", "cyan"), f" {duration(ms[name]):>8}"))
        else:
            out.print(Text(f"{name:<9}not reached", style="dim"))
    out.print()


def _known(number: int | None) -> str:
    return "not known" if number is None else f"{number:,}"
