"""The stub model as a process of its own, and a drafter with the prompts that ship."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gateway.models import Candidate, Drafter, PromptFile, Route
from tests.models.rows import MemoryLog

PROMPTS = Path(__file__).parents[2] / "policies" / "prompts"
BASES = {"openai": "/v1", "hosted_vllm": "/vllm/v1", "ollama": "", "ollama_chat": ""}


@dataclass(frozen=True, slots=True)
class StubModel:
    """The stub's address, its counter and its switch."""

    url: str

    def candidate(self, model: str, **more: Any) -> Candidate:
        """A candidate that calls the stub, by the API of the provider in its name."""
        told = {"timeout_s": 5.0, "retries": 0, "api_key": SecretStr("sk-test-secret"), **more}
        return Candidate(model, api_base=self.url + BASES[model.split("/")[0]], **told)

    def route(self, *models: str, **more: Any) -> Route:
        """A route over these models."""
        return Route("main", tuple(self.candidate(model, **more) for model in models))

    def count(self, model: str) -> dict[str, int]:
        """What the stub served under this name."""
        served: dict[str, int] = httpx.get(f"{self.url}/_count").json()["models"].get(model, {})
        return served

    def behave(self, behaviour: str, **more: Any) -> None:
        """Set what the next calls get."""
        httpx.post(f"{self.url}/_behave", json={"behaviour": behaviour, **more}).raise_for_status()


@pytest.fixture(scope="session")
def stub_process() -> Iterator[str]:
    """The URL of a stub that lives as long as the tests."""
    command = [sys.executable, "-m", "gateway.demo.stub_model", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()


@pytest.fixture
def stub(stub_process: str) -> StubModel:
    """The stub, with its counter and its switch set back."""
    httpx.delete(f"{stub_process}/_count")
    httpx.delete(f"{stub_process}/_behave")
    return StubModel(stub_process)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def prompts() -> tuple[PromptFile, PromptFile]:
    return PromptFile.load(PROMPTS / "draft.md"), PromptFile.load(PROMPTS / "repair.md")


@pytest.fixture
async def drafter(prompts: tuple[PromptFile, PromptFile]) -> AsyncIterator[Drafter]:
    made = Drafter(*prompts)
    await made.ready()
    yield made
    await made.close()
