"""The one table of `make bench`: what was measured, against what it is held, and how it was measured."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench.house import OURS, Memory

if TYPE_CHECKING:
    from bench.__main__ import Measured

Row = tuple[str, str, str, str]  # what, measured, goal, how
MB = 1_000_000


def show(measured: "Measured") -> str:
    """The table as text."""
    table = Table(title=f"countersign bench, stub model at {measured.latency_ms} ms", title_justify="left")
    for name in ("what", "measured", "goal", "how"):
        table.add_column(name, overflow="fold", justify="right" if name == "measured" else "left")
    for part in (_door(measured), _line(measured), _cpu(measured), _processes(measured), _database(measured)):
        for row in part:
            table.add_row(*row)
        table.add_section()
    out = io.StringIO()
    Console(file=out, width=150).print(table)
    machine = measured.machine
    return (
        out.getvalue()
        + f"{machine['cores']} cores shared by everything above (help desk, stub and sender too), Python "
        f"{machine['python']}, load {machine['load_before']:.1f} before. "
        "Ratios and CPU ms hold on a busy machine, wall times do not."
    )


def goal(value: float, most: float, unit: str) -> str:
    """Met, or how far away: as a difference, and in times."""
    of = f" {unit}" if unit else ""
    return f"{most:g}{of}: " + ("met" if value <= most else f"{value - most:.1f}{of} more, {value / most:.1f} times")


def _door(measured: "Measured") -> Iterator[Row]:
    alone, busy = measured.acknowledged, measured.acknowledged_busy
    how = f"open-loop, {measured.rate:g}/s, {alone.accepted} of {alone.sent} answered 202, from when each was due"
    yield "acknowledgement p50", f"{alone.p50:.1f} ms", goal(alone.p50, 5, "ms"), how
    yield "acknowledgement p99", f"{alone.p99:.1f} ms", goal(alone.p99, 50, "ms"), _late(alone.late_p99)
    how = "10/s, repeats, while a worker is at full load on the same cores"
    yield "beside a full worker p50 / p99", f"{busy.p50:.1f} / {busy.p99:.1f} ms", "", how


def _late(late: float) -> str:
    return f"the sender itself was up to {late:.1f} ms late (p99); that is within the number"


def _line(measured: "Measured") -> Iterator[Row]:
    full, steady = measured.full, measured.steady
    yield "tickets a second", f"{full.per_second:.1f}", "", f"{full.tickets} opened at once, one web, one worker"
    yield "a run, full load p50 / p99", f"{full.took_p50:.0f} / {full.took_p99:.0f} ms", "", "first step to end"
    how = "tickets that come 5 a second"
    yield "a run, light load p50 / p99", f"{steady.took_p50:.0f} / {steady.took_p99:.0f} ms", "", how
    how = "from acceptance to the first step, light load"
    yield "queue wait p50 / p99", f"{steady.wait_p50:.1f} / {steady.wait_p99:.1f} ms", "", how
    yield "queue wait, full load p50 / p99", f"{full.wait_p50:.0f} / {full.wait_p99:.0f} ms", "", "a backlog on purpose"
    yield "the first tickets of a worker", f"{measured.first_ticket_ms:.0f} ms", "", "two tickets, the slower one"


def _cpu(measured: "Measured") -> Iterator[Row]:
    spent, events = measured.full.cpu_ms, measured.full.events / measured.full.tickets
    ours = sum(spent[name] for name in OURS)
    how = f"{events:.1f} events a ticket: the own note comes back as a webhook too"
    yield "CPU a ticket: web / worker", f"{spent['web']:.1f} / {spent['worker']:.1f} ms", "", how
    yield (
        "CPU of a bare litellm call",
        f"{measured.floor.cpu_ms:.1f} ms",
        "",
        f"{measured.floor.calls} calls, 50 at a time",
    )
    yield "ratio", f"{measured.ratio:.2f}", goal(measured.ratio, 2, ""), f"web and worker {ours:.1f} ms, Postgres apart"
    how = f"web and worker without a bare call: {ours:.1f} - {measured.floor.cpu_ms:.1f} ms"
    yield "our own share", f"{measured.own_ms:.1f} ms", goal(measured.own_ms, 5, "ms"), how
    how = "all backends; counted apart"
    yield "CPU a ticket: Postgres", f"{spent['postgres']:.1f} ms", "", how
    how = "not ours, on the same cores"
    yield "CPU a ticket: help desk / stub", f"{spent['desk']:.1f} / {spent['stub']:.1f} ms", "", how


def _processes(measured: "Measured") -> Iterator[Row]:
    for name, most in (("web", 120), ("worker", 300)):
        idle, after = measured.memory_idle[name], measured.memory_after[name]
        value = f"{_megabytes(idle)} then {_megabytes(after)}"
        how = "RSS (PSS) after the first tickets, and after full load"
        yield f"memory: {name}", value, goal(idle.rss / MB, most, "MB"), how
    idle, after = measured.memory_idle["postgres"], measured.memory_after["postgres"]
    yield (
        "memory: Postgres",
        f"{_megabytes(idle)} then {_megabytes(after)}",
        "",
        "RSS counts shared buffers in each backend",
    )
    for name in OURS:
        seconds = measured.start_s[name]
        yield (
            f"start: {name}",
            f"{seconds:.1f} s",
            goal(seconds, 3, "s"),
            "from its first instruction until it is ready",
        )
    idling = measured.idle.cpu_ms
    how = "CPU in a second when nothing happens: web, worker, Postgres"
    yield "idle", " / ".join(f"{idling[name]:.1f}" for name in (*OURS, "postgres")) + " ms", "", how


def _megabytes(memory: Memory) -> str:
    return f"{memory.rss / MB:.0f}" + (f" ({memory.pss / MB:.0f})" if memory.pss else "") + " MB"


def _database(measured: "Measured") -> Iterator[Row]:
    full = measured.full
    how = f"reads too, of both events, with the {measured.idle.commits:.1f} a second of an idle house"
    yield "commits a ticket", f"{full.commits:.0f}", "", how
    yield "log a ticket", f"{full.wal_bytes / 1000:.0f} kB", "", "bytes of write-ahead log"
    yield "disk a ticket", f"{full.table_bytes / 1000:.0f} kB", "", "growth of the database, with indexes"
