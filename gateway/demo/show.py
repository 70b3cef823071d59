"""What the demo shows in the terminal: a table that fills while it plays, and what to make of it at the end."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from gateway.demo.play import Play, Played, missed
from gateway.demo.stage import Stage

COLOURS = {"send": "green", "review": "yellow", "withhold": "red"}
ROWS = 60  # a longer play is shown by its numbers


def where_to_look(console: Console, stage: Stage) -> None:
    console.print(f"Help desk       {stage.desk_url}", highlight=False)
    console.print(f"What happened   {stage.gateway_url}", highlight=False)
    console.print(f"Its files       {stage.folder}  (edit policies/ while it runs)", highlight=False, soft_wrap=True)
    console.print()


def picture(play: Play) -> Group:
    """The table as it is now, with the progress above it."""
    ended = sum(played.ended for played in play.tickets)
    bar = ProgressBar(total=len(play.tickets), completed=ended, width=40)
    head = Text(f"{ended} of {len(play.tickets)} tickets done")
    return Group(head, bar, table(play.tickets[-ROWS:] if len(play.tickets) <= ROWS else _moving(play.tickets)))


def table(tickets: Sequence[Played]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("ticket", "account", "verdict", "draft in", "cost", "model"):
        drawn.add_column(column, no_wrap=True, overflow="ellipsis")
    for played in tickets:
        drawn.add_row(*_cells(played))
    return drawn


def summary(console: Console, play: Play) -> None:
    """Numbers over all tickets."""
    verdicts = Counter(_verdict(played) for played in play.tickets)
    drafts = sorted(played.first_draft_s for played in play.tickets if played.first_draft_s is not None)
    console.print()
    console.print("  ".join(f"{verdict}: {count}" for verdict, count in verdicts.most_common()), highlight=False)
    if drafts:
        middle, late = drafts[len(drafts) // 2], drafts[int(len(drafts) * 0.95)]
        console.print(f"from ticket to draft: median {middle:.1f} s, p95 {late:.1f} s", highlight=False)


def judgement(console: Console, play: Play) -> None:
    """Which tickets did not end as they should, and how."""
    wrong = [played for played in play.tickets if missed(played)]
    for played in wrong:
        console.print(
            f"{played.scenario.id} ({_run(played)}): {'; '.join(missed(played))}", style="red", soft_wrap=True
        )
    if wrong:
        console.print(f"{len(wrong)} of {len(play.tickets)} tickets did not end as expected.", style="red")
    elif play.tickets[0].scenario.expect is not None:
        console.print(f"All {len(play.tickets)} tickets ended as expected.", style="green")


def as_data(play: Play) -> list[dict[str, Any]]:
    """For machines."""
    return [
        {
            "id": played.scenario.id,
            "account": played.scenario.account,
            "ticket": played.ticket_id,
            "run": played.run.run_id if played.run else None,
            "verdict": _verdict(played),
            "first_draft_s": played.first_draft_s,
            "model": played.run.model if played.run else None,
            "cost_usd": str(played.run.known_usd) if played.run and played.run.known_usd is not None else None,
            "notes": played.notes,
            "public_replies": played.replies,
            "because": played.because,
            "missed": missed(played),
        }
        for played in play.tickets
    ]


def _moving(tickets: Sequence[Played]) -> list[Played]:
    """Of many tickets, those that something happens to."""
    busy = [played for played in tickets if played.ticket_id is not None and not played.ended]
    done = [played for played in tickets if played.ended]
    return [*done[-10:], *busy[:20]]


def _cells(played: Played) -> tuple[Text | str, ...]:
    run = played.run
    verdict = _verdict(played)
    took = f"{played.first_draft_s:.1f} s" if played.first_draft_s is not None else ""
    cost = str(run.cost) if run is not None and run.attempts else ""
    return (
        played.scenario.id[:34],
        played.scenario.account,
        Text(verdict, style=COLOURS.get(verdict, "")),
        took,
        cost,
        (run.model or "") if run else "",
    )


def _run(played: Played) -> str:
    return f"run {played.run.run_id}" if played.run else "no run"


def _verdict(played: Played) -> str:
    if played.problem:
        return "problem"
    if played.ending is not None:
        return str(played.ending)
    if played.run is None:
        return "" if played.ticket_id is None else "waiting"
    return "failed" if played.run.state == "failed" else "..."
