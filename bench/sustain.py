"""What can this machine hold? Tickets at a fixed rate for minutes, open-loop, while deliveries knock at the door too.

A rate is held where nothing piles up: the last ticket is done a few seconds after it came. Run by
`python -m bench --sustain 300 --rate 8`."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from bench import acknowledgement, line
from bench.acknowledgement import Order, Waits
from bench.house import OURS, House, Memory
from bench.line import Stretch

LATEST = 5.0  # seconds that the last ticket may take, where the rate is held
EVERY = 5.0  # seconds between two looks at what waits
BESIDE = 10  # deliveries a second at the door
MB = 1_000_000
WAITING = "select count(*) as waiting from event where state = 'waiting'"
DRAINED = """
select extract(epoch from max(r.finished_at) - (select max(received_at) from event where kind = 'ticket_created'))
  as seconds from run r
"""


@dataclass(frozen=True, slots=True)
class Sustained:
    """Minutes at one rate. `drained_s`: from the last ticket's arrival until nothing was left to do."""

    rate: float
    seconds: float
    stretch: Stretch
    acknowledged: Waits
    waiting: tuple[int, ...]  # events, every few seconds
    drained_s: float
    load: float
    before: dict[str, Memory]
    after: dict[str, Memory]

    @property
    def held(self) -> bool:
        return self.drained_s <= LATEST


def sustain(house: House, *, rate: float, seconds: float, warm: int) -> Sustained:
    """Start web and worker, and keep them busy."""
    house.start_web()
    house.start_worker()
    line.walk(house, warm)
    before, waiting, over = house.memory(), list[int](), threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            waiting.append(int(house.rows(WAITING)[0]["waiting"]))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    sender = acknowledgement.begin(Order(house.webhook_url, house.secret, BESIDE, seconds, repeats=True))
    stretch = line.walk(house, int(rate * seconds), rate=rate, within=seconds)
    over.set()
    looking.join()
    drained = float(house.rows(DRAINED)[0]["seconds"])
    acknowledged = acknowledgement.waits_of(sender)
    load = os.getloadavg()[0]
    return Sustained(
        *(rate, seconds, stretch, acknowledged, tuple(waiting), drained, load), before=before, after=house.memory()
    )


def told(found: Sustained) -> str:
    """A line for each number."""
    return "\n".join(f"{name:34} {value}" for name, value in _lines(found))


def _lines(found: Sustained) -> Iterator[tuple[str, str]]:
    stretch, door = found.stretch, found.acknowledged
    yield "rate", f"{found.rate:g} tickets a second for {found.seconds:.0f} s: {'held' if found.held else 'not held'}"
    yield "tickets, drafted, events", f"{stretch.tickets}, {stretch.drafted}, {stretch.events}"
    yield "done after the last one came", f"{found.drained_s:.1f} s"
    yield "events that waited, at most", f"{max(found.waiting, default=0)}; at the end {(found.waiting or (0,))[-1]}"
    yield "queue wait p50 / p99", f"{stretch.wait_p50:.0f} / {stretch.wait_p99:.0f} ms"
    yield "a run p50 / p99", f"{stretch.took_p50:.0f} / {stretch.took_p99:.0f} ms"
    yield (
        "acknowledgement p50 / p99",
        f"{door.p50:.1f} / {door.p99:.1f} ms, {door.accepted} of {door.sent} answered 202",
    )
    for name in (*OURS, "postgres", "desk", "stub"):
        share = stretch.cpu_ms[name] * found.rate / 10
        yield f"CPU of {name}", f"{stretch.cpu_ms[name]:.1f} ms a ticket, {share:.0f} % of a core"
    for name in OURS:
        yield f"memory of {name}", f"{found.before[name].rss / MB:.0f} then {found.after[name].rss / MB:.0f} MB"
    yield "load of the machine", f"{found.load:.1f}"
