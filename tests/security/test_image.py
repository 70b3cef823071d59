"""The image runs as nobody, on files that it cannot change, and holds what is pinned and no secret."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SECRET = re.compile(r"(?i)(token|secret|password|api_?key|credential)[a-z_]*\s*[=:]\s*\S|BEGIN [A-Z ]*PRIVATE KEY")


class Line(NamedTuple):
    """One instruction of a Dockerfile."""

    word: str
    rest: str


def stages() -> list[list[Line]]:
    """What each FROM begins; what stands before the first is with it."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "Dockerfile").read_text()).replace("\\\n", " ")
    lines = [Line(*re.split(r"\s+", line.strip(), maxsplit=1)) for line in text.splitlines() if line.strip()]
    starts = [at for at, line in enumerate(lines) if line.word == "FROM"]
    return [lines[start:end] for start, end in zip([0, *starts[1:]], [*starts[1:], len(lines)], strict=True)]


def said(word: str, lines: list[Line]) -> Iterator[str]:
    return (line.rest for line in lines if line.word == word)


def test_it_runs_as_a_user_without_rights_who_is_told_by_number() -> None:
    last = stages()[-1]
    users = list(said("USER", last))

    assert [int(user) for user in users] == [10001]
    after = last[[line.word for line in last].index("USER") :]
    assert {line.word for line in after} <= {"USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}, (
        "no step as root after"
    )
    assert any("--uid 10001" in step and "nologin" in step for step in said("RUN", last))


def test_every_stage_stands_on_one_named_base_that_a_build_can_pin_by_digest() -> None:
    (base,) = (rest for stage in stages() for rest in said("ARG", stage))
    name, _, image = base.partition("=")

    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", image), "a version and a distribution, and never `latest`"
    assert all(next(said("FROM", stage)).startswith("${BASE}") for stage in stages())
    assert name == "BASE"


def test_nothing_comes_from_an_address_and_everything_that_is_installed_has_a_hash() -> None:
    every = [line for stage in stages() for line in stage]
    installs = [line.rest for line in every if line.word == "RUN" and "pip install" in line.rest]

    assert not any(line.word == "ADD" or "://" in line.rest.replace("http://127.0.0.1", "") for line in every)
    assert not any(tool in line.rest for line in every for tool in ("curl", "wget", "apt", "sudo", "chmod 777"))
    assert installs == [
        "pip install --require-hashes -r requirements.image.lock",
        "pip install --no-deps --no-build-isolation .",
    ]


def test_no_secret_and_no_history_gets_into_a_layer() -> None:
    every = [line for stage in stages() for line in stage]
    copied = [
        name for line in every if line.word == "COPY" for name in line.rest.split() if not name.startswith("--from")
    ]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert not any(SECRET.search(line.rest) for line in every if line.word in ("ENV", "ARG", "RUN", "LABEL"))
    assert not any(
        name in (".", "./", ".env", ".git", "/")
        for line in every
        if line.word == "COPY"
        for name in line.rest.split()[:-1]
    )
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} <= set(copied)


def test_it_tells_whether_it_lives_and_takes_a_signal_itself() -> None:
    last = stages()[-1]

    assert "/livez" in next(said("HEALTHCHECK", last))
    assert next(said("ENTRYPOINT", last)) == '["countersign"]', "no shell stands between it and SIGTERM"


def test_beside_it_compose_gives_no_rights_and_files_that_cannot_be_written() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]

    for name in ("web", "worker", "migrate"):
        service = services[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service
        assert all(mount.endswith(":ro") or mount == "state:/state" for mount in service["volumes"])
        assert all(str(value).startswith(("${", "postgresql://")) or key == "HEALTH_PORT"
                   for key, value in service["environment"].items())  # fmt: skip
    assert services["web"]["ports"] == ["127.0.0.1:8400:8400"], "a proxy with TLS stands in front"
    assert "ports" not in services["postgres"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements.image.lock"])
def test_every_pinned_package_has_its_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"(?m)^(?=\S)", text.replace("\\\n", " "))
    pinned = [entry for entry in entries if entry.strip() and not entry.startswith("#")]

    assert len(pinned) > 50
    for entry in pinned:
        assert re.match(r"[a-zA-Z0-9._-]+(\[[a-z,]+\])?==[^\s;]+", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
    assert not re.search(r"(?m)://| @ |^\s*-[-a-z]*(index|find-links|trusted|editable)", text)


def test_the_image_holds_what_the_tests_were_run_with_and_no_tool_of_theirs() -> None:
    whole, image = (versions(name) for name in ("requirements.lock", "requirements.image.lock"))

    assert not {"pytest", "playwright", "mypy", "ruff", "hypothesis", "schemathesis", "pip-tools"} & image.keys()
    assert {name: (found, whole[name]) for name, found in image.items() if whole.get(name, found) != found} == {}


def versions(name: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([a-zA-Z0-9._-]+)(?:\[[a-z,]+\])?==([^\s\\;]+)", (ROOT / name).read_text()))


def test_where_no_key_can_be_kept_the_web_process_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "countersign.yaml").write_text("version: 1\naccounts: {}\n")
    settings = {"COUNTERSIGN_HOME": "/proc/nothing", "COUNTERSIGN_CONFIG": str(tmp_path / "countersign.yaml"),
                "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "COUNTERSIGN_PORT": "0"}  # fmt: skip
    command = [sys.executable, "-m", "gateway", "serve"]

    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)

    assert done.returncode != 0
    assert "COUNTERSIGN_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr
