"""Configurations as an admin writes them."""

from pathlib import Path
from textwrap import dedent

import pytest

from gateway.errors import ConfigurationInvalid
from gateway.settings import Installation, read_installation

CONNECTORS = ["sandbox", "zendesk"]
OWNER = "{team: Care, contact: care@example.com}"
GOOD = f"""
version: 1
accounts:
  acme:
    connector: sandbox
    owner: {OWNER}
    base_url: https://desk.example.com
    secrets:
      webhook_secret: {{env: ACME_SECRET}}
    knowledge: [help]
models:
  careful:
    owner: {OWNER}
    candidates: [{{model: openai/gpt-x, api_key: {{env: KEY}}, price: {{input: 0.15, output: 0.6}}}}]
knowledge:
  help: {{owner: {OWNER}, folder: articles}}
"""


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "countersign.yaml"
    file.write_bytes(text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode())
    return file


def read(folder: Path, text: str | bytes) -> Installation:
    return read_installation(written(folder, text), CONNECTORS)


def problems(folder: Path, text: str | bytes) -> list[str]:
    """What is wrong, without the folder in front: `line:column: message`."""
    file = written(folder, text)
    with pytest.raises(ConfigurationInvalid) as told:
        read_installation(file, CONNECTORS)
    return [problem.removeprefix(f"{file}:") for problem in told.value.problems]
