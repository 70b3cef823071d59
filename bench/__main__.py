"""`make bench`: what the gateway costs and how long it takes, beside floors measured in the same run, in one table.

Everything runs on loopback in a temporary folder and ends by itself. The machine is whatever it is: trust ratios and
CPU milliseconds before wall times, and compare two runs only on the same quiet machine."""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import acknowledgement, floor, line
from bench.acknowledgement import Order, Waits
from bench.floor import Floor
from bench.house import OURS, House, Memory, open_house
from bench.line import Stretch
from bench.sustain import sustain, told
from bench.table import show

IDLE = 5.0  # seconds in which nothing is asked of the house
WARM = 10  # tickets before the clock runs
LONGEST = 400  # seconds for everything: a busy machine takes its time


@dataclass(frozen=True, slots=True)
class Idle:
    """What the house does when nothing is asked of it, in a second: CPU ms by process, and transactions."""

    cpu_ms: dict[str, float]
    commits: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of the bench. Seconds and milliseconds as the names say."""

    machine: dict[str, Any]
    rate: float
    latency_ms: int
    start_s: dict[str, float]
    acknowledged: Waits
    acknowledged_busy: Waits
    first_ticket_ms: float
    idle: Idle
    steady: Stretch
    full: Stretch
    floor: Floor
    memory_idle: dict[str, Memory]
    memory_after: dict[str, Memory]

    @property
    def ours_ms(self) -> float:
        """CPU of web and worker for one ticket."""
        return sum(self.full.cpu_ms[name] for name in OURS)

    @property
    def ratio(self) -> float:
        """The same in bare model calls."""
        return self.ours_ms / self.floor.cpu_ms

    @property
    def own_ms(self) -> float:
        """The same without a bare model call: what is ours, and what litellm does beyond the bare call."""
        return self.ours_ms - self.floor.cpu_ms


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rate", type=float, help="deliveries a second at the door (default: 50)")
    parser.add_argument("--seconds", type=float, default=10, help="how long they come (default: 10)")
    parser.add_argument("--tickets", type=int, default=200, help="tickets at full load (default: 200)")
    parser.add_argument("--latency-ms", type=int, default=300, help="of the stub model (default: 300)")
    parser.add_argument(
        "--sustain", type=float, metavar="SECONDS", help="instead of the table: --rate tickets a second for so long"
    )
    parser.add_argument("--json", action="store_true", help="numbers for machines instead of the table")
    parser.add_argument("--keep", type=Path, help="a folder for logs and database, kept; else a temporary one")
    asked = parser.parse_args()
    signal.signal(signal.SIGALRM, _too_long)
    signal.signal(signal.SIGTERM, _too_long)
    signal.alarm(LONGEST + int(asked.sustain or 0))
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        with open_house(folder, asked.latency_ms) as house:
            if asked.sustain:
                held = sustain(house, rate=asked.rate or 5, seconds=asked.sustain, warm=WARM)
                print(json.dumps({**asdict(held), "held": held.held}, indent=2) if asked.json else told(held))
                return
            measured = measure(house, rate=asked.rate or 50, seconds=asked.seconds, tickets=asked.tickets)
    if asked.json:
        print(json.dumps({**asdict(measured), "ratio": measured.ratio, "own_ms": measured.own_ms}, indent=2))
    else:
        print(show(measured))


def measure(house: House, *, rate: float, seconds: float, tickets: int) -> Measured:
    """Door, line and floor, one after the other, so that none of them waits for another."""
    load = os.getloadavg()[0]
    say(f"the web process, and {rate:.0f} deliveries a second for {seconds:.0f} s")
    started = {"web": house.start_web()}
    acknowledged = acknowledgement.waits_of(
        acknowledgement.begin(Order(house.webhook_url, house.secret, rate, seconds))
    )
    house.forget()
    say("the worker, and its first ticket")
    started["worker"] = house.start_worker()
    first = line.walk(house, 2).took_p99
    line.walk(house, WARM)
    say("idle")
    idle, memory_idle = _idle(house), house.memory()
    say("five tickets a second")
    steady = line.walk(house, max(10, int(5 * seconds)), rate=5)
    say(f"{tickets} tickets at once")
    sender = acknowledgement.begin(Order(house.webhook_url, house.secret, 10, seconds, repeats=True))
    full = line.walk(house, tickets)
    busy = acknowledgement.waits_of(sender)
    memory_after = house.memory()
    say("bare model calls")
    return Measured(
        machine={"cores": os.cpu_count(), "load_before": load, "python": sys.version.split()[0]},
        rate=rate,
        latency_ms=house.latency_ms,
        start_s=started,
        acknowledged=acknowledged,
        acknowledged_busy=busy,
        first_ticket_ms=first,
        idle=idle,
        steady=steady,
        full=full,
        floor=floor.measure(house.stub_url, tickets),
        memory_idle=memory_idle,
        memory_after=memory_after,
    )


def _too_long(_signal: int, _frame: object) -> None:
    """Ends in order, so that every process that was started here ends too."""
    raise SystemExit(f"stopped, or not done within {LONGEST} s: too busy to measure on; try --tickets 50")


def _idle(house: House) -> Idle:
    commits, cpu = line.counters(house)["commits"], house.cpu()
    time.sleep(IDLE)
    spent = {name: (used - cpu[name]) * 1000 / IDLE for name, used in house.cpu().items()}
    return Idle(spent, (line.counters(house)["commits"] - commits) / (IDLE + 1.2))


def say(what: str) -> None:
    """Progress, beside the table."""
    print(f"measuring: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
