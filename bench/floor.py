"""What does a bare `litellm.acompletion` cost? The floor that a ticket is measured against, in a process of its own.

Nothing else is in that process: no database, no help desk, no policies. It asks the same stub for the same kind of
answer, with a prompt of a ticket's length, as many calls at a time as a worker makes. Run by `python -m bench`."""

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from bench.house import ROOT

AT_ONCE = 50  # the worker's own setting
WARM = 30  # calls before the clock runs
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_MODE": "PRODUCTION",
}


@dataclass(frozen=True, slots=True)
class Floor:
    """CPU milliseconds a call, and calls a second with `AT_ONCE` under way."""

    calls: int
    cpu_ms: float
    per_second: float


def measure(api_base: str, calls: int) -> Floor:
    order = {"api_base": api_base, "calls": calls, "messages": prompt()}
    done = subprocess.run(
        [sys.executable, "-m", "bench.floor"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
        cwd=ROOT,
        env=os.environ | QUIET,
    )
    return Floor(**json.loads(done.stdout.splitlines()[-1]))


def prompt() -> list[dict[str, str]]:
    """The messages that a worker sends for a ticket with five passages, from the prompt file in use."""
    from gateway.models import DraftRequest, PromptFile, PromptPassage
    from gateway.models.wording import data, trusted

    text = "A parcel within the country arrives within three working days after it was sent. " * 8
    passages = tuple(PromptPassage(number, f"Article {number}", text) for number in range(1, 6))
    request = DraftRequest(run_id=1, question=QUESTION, language="en", subject="My parcel", passages=passages)
    return PromptFile.load(ROOT / "policies" / "prompts" / "draft.md").messages(trusted(request), data(request))


QUESTION = """Hello, I ordered boots on 3 November and the tracking has not moved for six working days. Where is my
parcel, and what can you do about it? I need the boots before the 5th. Kind regards, <PERSON_1>"""


async def _measure(api_base: str, calls: int, messages: list[dict[str, str]]) -> Floor:
    import litellm

    async def one() -> Any:
        return await litellm.acompletion(
            model="openai/stub-good", messages=messages, api_base=api_base, api_key="none", timeout=20
        )

    async def several(count: int) -> None:
        left = iter(range(count))

        async def in_turn() -> None:
            for _ in left:
                await one()

        await asyncio.gather(*(in_turn() for _ in range(min(AT_ONCE, count))))

    await several(WARM)
    cpu, clock = time.process_time(), time.perf_counter()
    await several(calls)
    spent, took = time.process_time() - cpu, time.perf_counter() - clock
    return Floor(calls, spent / calls * 1000, calls / took)


def main() -> None:
    import uvloop  # as the worker

    order = json.load(sys.stdin)
    found = uvloop.run(_measure(order["api_base"] + "/v1", order["calls"], order["messages"]))
    numbers = {"calls": found.calls, "cpu_ms": found.cpu_ms, "per_second": found.per_second}
    sys.stdout.write("\n" + json.dumps(numbers) + "\n")


if __name__ == "__main__":
    main()
