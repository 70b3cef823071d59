"""The ten stops of a run: how far it came, how long each took, and where it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.store.reports import Story

LINE: Mapping[str, str] = {
    "intake": "A webhook is proved authentic and kept, with its job",
    "context": "The ticket and its thread are read from the help desk",
    "screen": "Personal data out, quotes off, warning signs noted",
    "ground": "What the knowledge base says to the question",
    "draft": "A model proposes a reply",
    "check": "What is wrong with it",
    "decide": "What the policies say may happen to it",
    "deliver": "Into the ticket, once and never twice",
    "review": "A person's word",
    "outcome": "What people did with it",
}
REVIEWED = ("held", "approved", "sent", "rejected")
WALKED = ("context", "screen", "ground", "draft", "check", "decide", "deliver")


class Stand(StrEnum):
    """How a stop stands."""

    DONE = "done"
    NOW = "now"  # a worker is at it
    FAILED = "failed"
    ENDED = "ended"  # the run ended here, in good order
    AHEAD = "ahead"  # not reached yet
    PASSED = "passed"  # not reached, and never will be


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop. `ms` is None where no time was measured; `share` of the longest is 0 to 100."""

    number: int
    name: str
    title: str
    stand: Stand
    ms: float | None
    share: float


def stops(story: Story) -> list[Stop]:
    """All ten, in order."""
    ms = milliseconds(story)
    longest = max(ms.values(), default=0.0)
    stands = _stands(story)
    return [
        Stop(number, name, title, stands[name], ms.get(name), _share(ms.get(name), longest))
        for number, (name, title) in enumerate(LINE.items(), start=1)
    ]


def milliseconds(story: Story) -> dict[str, float]:
    """By stop: what was measured, finished run or not. The wait for a worker is intake's."""
    run = story.run or {}
    measured = {name: step.ms for name, step in story.steps.items()} | dict(run.get("step_ms") or {})
    if "draft" not in measured and (calls := [call["latency_ms"] for call in story.attempts if call["latency_ms"]]):
        measured["draft"] = sum(calls)  # the step itself has not ended
    if run.get("waited_ms") is not None:
        measured["intake"] = run["waited_ms"]
    return {name: max(0.0, float(value)) for name, value in measured.items() if name in LINE}


def _share(ms: float | None, longest: float) -> float:
    return round(100 * ms / longest, 2) if ms and longest else 0.0


def _stands(story: Story) -> dict[str, Stand]:
    reached = {"intake", *story.steps}
    # What is decided to be withheld is delivered by writing nothing.
    if any(write["state"] in ("written", "uncertain") for write in story.writes) or story.state == "done":
        reached.add("deliver")
    if story.draft and story.draft["state"] in REVIEWED:
        reached.add("review")
    if story.outcome:
        reached.add("outcome")
    stopped = next((name for name in WALKED if name not in reached), None)
    return {name: Stand.DONE if name in reached else _unreached(story, name, name == stopped) for name in LINE}


def _unreached(story: Story, name: str, first: bool) -> Stand:
    if name not in WALKED:
        return Stand.AHEAD if story.state in ("waiting", "walking") or _open(story) else Stand.PASSED
    match story.state:
        case "walking":
            return Stand.NOW if first else Stand.AHEAD
        case "waiting":
            return Stand.AHEAD
        case "failed":
            return Stand.FAILED if first else Stand.PASSED
        case "superseded" | "nothing":
            return Stand.ENDED if first else Stand.PASSED
    return Stand.PASSED


def _open(story: Story) -> bool:
    return bool(story.draft and story.draft["state"] in ("proposed", "shown", "held", "approved", "uncertain"))
