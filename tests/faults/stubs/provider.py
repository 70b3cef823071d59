"""A provider of models in a process of its own: told what to do by a marker in the ticket or by a call, and counted."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

OWNER = {"team": "Tests", "contact": "tests@example.com"}


@dataclass(frozen=True, slots=True)
class Provider:
    """Where it listens."""

    url: str

    def candidate(self, model: str = "openai/stub-good", **more: Any) -> dict[str, Any]:
        """An entry of a route in countersign.yaml that asks this provider."""
        return {"model": model, "api_base": f"{self.url}/v1", "api_key": {"env": "STUB_KEY"}, "timeout": 10, **more}

    def route(self, *others: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A route that asks this provider first."""
        return {"owner": OWNER, "candidates": [self.candidate(**more), *others]}

    def behave(self, behaviour: str, **more: Any) -> None:
        """What every call gets from now on, `times` calls where that is said."""
        httpx.post(f"{self.url}/_behave", json={"behaviour": behaviour, **more}).raise_for_status()

    def behave_well(self) -> None:
        httpx.delete(f"{self.url}/_behave").raise_for_status()

    def counted(self) -> dict[str, dict[str, int]]:
        """What each model served, as the provider counted it."""
        served: dict[str, dict[str, int]] = httpx.get(f"{self.url}/_count").raise_for_status().json()["models"]
        return served

    def calls(self) -> int:
        """How many calls have reached it, whatever became of them."""
        return sum(model["calls"] for model in self.counted().values())


@contextmanager
def provider(latency_ms: int = 0) -> Iterator[Provider]:
    """One that answers after `latency_ms`, and ends with the block."""
    arguments = [sys.executable, "-m", "gateway.demo.stub_model", "--port", "0", "--latency-ms", str(latency_ms)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Provider(process.stdout.readline().split()[-1])
        finally:
            process.kill()
