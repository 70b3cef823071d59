"""A real Request Tracker 5 with a Postgres of its own, started for these tests and gone after them.

RT comes from Debian's packages and runs as www-data, as an admin would run it. Mail comes in through RT's own mail
gate; mail that goes out becomes files. Nothing listens but on loopback, and nothing is left but the packages.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from pathlib import Path
from urllib.parse import unquote

import httpx
import psycopg

from gateway.store.embedded import EmbeddedPostgres
from tests.house import free_port, until

HERE = Path(__file__).parent
SCRIP = HERE.parent.parent / "connectors" / "request_tracker" / "scrip.pl"
SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
PACKAGES = ("request-tracker5", "rt5-db-postgresql", "rt5-standalone")
NO_QUESTIONS = "".join(
    f"request-tracker5 request-tracker5/{question} boolean false\n"
    for question in ("handle-siteconfig-permissions", "dbconfig-install", "install-cronjobs")
)
IMPATIENT = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15", "-o", "DPkg::Lock::Timeout=60")
INSTALL_WITHIN = 300  # seconds in all, or $COUNTERSIGN_LIVE_INSTALL; about 80 with a mirror nearby
SETUP_WITHIN = 120  # seconds; about 7


class CannotInstall(Exception):
    """Why there is no Request Tracker on this machine, in one sentence."""


def install() -> None:
    """RT from Debian's packages, unless it is there. Raises `CannotInstall`."""
    if SERVER.exists():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise CannotInstall("Request Tracker 5 is not installed, and installing it takes root and apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["debconf-set-selections"], input=NO_QUESTIONS, text=True, check=False, env=quiet)
    within = float(os.environ.get("COUNTERSIGN_LIVE_INSTALL", INSTALL_WITHIN))
    ends = time.monotonic() + within
    for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        try:
            done = subprocess.run(
                ["apt-get", "-q", *IMPATIENT, *command],
                env=quiet,
                capture_output=True,
                text=True,
                timeout=max(1.0, ends - time.monotonic()),
            )
        except subprocess.TimeoutExpired:
            raise CannotInstall(f"apt-get was not done after {within:.0f} s, at {command[0]}") from None
        if done.returncode and command[0] == "install":
            raise CannotInstall(f"apt-get cannot install {' '.join(PACKAGES)}: {done.stderr.strip()[-300:]}")


class RequestTracker:
    """One server. `hook_port` is where its scrip delivers to; `tokens` are by user name,
    `long_ticket` has more than a page of comments."""

    def __init__(self, account: str, secret: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-rt-"))
        self.folder.chmod(0o755)
        self.mail = self.folder / "mail"
        self.hook_port, self._port = free_port(), free_port()
        self.base_url = f"http://127.0.0.1:{self._port}"
        self.tokens: dict[str, str] = {}
        self.long_ticket = ""
        self._hook = f"http://127.0.0.1:{self.hook_port}/webhooks/{account}"
        self._secret = secret
        self._postgres = EmbeddedPostgres(self.folder)
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> "RequestTracker":
        self._prepare(self._database())
        self._run("/usr/sbin/rt-setup-database-5", *("--action", "init", "--skip-create", "--force"))
        seeded = json.loads(self._run("perl", str(HERE / "seed.pl"), str(SCRIP)).splitlines()[-1])
        self.tokens, self.long_ticket = seeded["tokens"], str(seeded["long"])
        with (self.folder / "server.log").open("wb") as log:
            self._server = subprocess.Popen(
                [
                    *self._as_rt(),
                    *(str(SERVER), "--host", "127.0.0.1", "--port", str(self._port)),
                    *("--max-workers", "4", "--max-reqs-per-child", "1000"),
                ],
                env=self._environment(),
                cwd="/",
                stdout=log,
                stderr=log,
            )
        until(self._answers, f"RT answers: {self.log()[-2000:]}", SETUP_WITHIN)
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._server.kill()
        self._postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def as_user(self, name: str) -> httpx.Client:
        """A client that speaks to RT as this user, from the side of the people whom the gateway does not know."""
        headers = {"authorization": f"token {self.tokens[name]}", "user-agent": "live-tests"}
        return httpx.Client(base_url=f"{self.base_url}/REST/2.0", headers=headers, timeout=30)

    def mail_in(self, sender: str, subject: str, body: str, file: bytes | None = None) -> None:
        """A customer's mail through RT's mail gate. A subject with `[rt.example #7]` belongs to ticket 7."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, "support@rt.example", subject
        message["Date"], message["Message-ID"] = format_datetime(localtime()), f"<{uuid.uuid4()}@customer.example>"
        message.set_content(body)
        if file is not None:
            message.add_attachment(file, maintype="application", subtype="pdf", filename="receipt.pdf")
        command = ["rt-mailgate-5", "--queue", "Support", "--action", "correspond", "--url", self.base_url]
        subprocess.run(command, input=message.as_bytes(), check=True, timeout=60, capture_output=True)

    def mails(self) -> list[str]:
        """What RT has sent so far, whole mails."""
        return [file.read_text(errors="replace") for file in sorted(self.mail.glob("*.eml"))]

    def log(self) -> str:
        """RT's own words, for the message of a test that fails."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    # -- how it is started ----------------------------------------------------------------------------------------

    def _database(self) -> str:
        """The folder of the socket of a Postgres in which RT finds an empty database, as www-data."""
        url = self._postgres.start()
        socket = Path(unquote(url.partition("?host=")[2]))
        socket.chmod(0o755)
        for file in socket.glob(".s.PGSQL.*"):
            file.chmod(0o777)
        for folder in (socket.parent, self.folder):
            folder.chmod(0o755)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create role rt_user login")
            connection.execute("create database rt5 owner rt_user encoding 'UTF8' template template0")
        return str(socket)

    def _prepare(self, socket: str) -> None:
        settings = {
            "rtname": "rt.example",
            "Organization": "rt.example",
            "CorrespondAddress": "support@rt.example",
            "CommentAddress": "support@rt.example",
            "WebDomain": "127.0.0.1",
            "WebPort": str(self._port),
            "WebPath": "",
            "WebBaseURL": self.base_url,
            "DatabaseType": "Pg",
            "DatabaseHost": socket,
            "DatabasePort": "",
            "DatabaseName": "rt5",
            "DatabaseUser": "rt_user",
            "DatabasePassword": "none",
            "DatabaseAdmin": "rt_user",
            "MailCommand": "sendmailpipe",
            "SendmailPath": str(HERE / "sendmail.sh"),
            "SendmailBounceArguments": "",
            "LogToSTDERR": "error",
            "Timezone": "Europe/Vienna",  # RT tells times in UTC all the same, and the connector must not care
            "CountersignURL": self._hook,
            "CountersignSecret": self._secret,
        }
        lines = [f"Set(${name}, '{value}');" for name, value in settings.items()]
        lines += ["Set($LogToSyslog, undef);", "Set(%GnuPG, Enable => 0);", "Set(%SMIME, Enable => 0);", "1;", ""]
        (self.folder / "RT_SiteConfig.pm").write_text("\n".join(lines))
        self.mail.mkdir()
        self.mail.chmod(0o777)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [*self._as_rt(), *command],
            env={**self._environment(), "RT_DBA_USER": "rt_user"},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=SETUP_WITHIN,
        )
        if done.returncode:
            raise AssertionError(f"{command[0]} failed: {done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def _as_rt(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        return ["setpriv", "--reuid=www-data", "--regid=www-data", "--init-groups", "--pdeathsig", "TERM"]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": "/tmp",
            "RT_SITE_CONFIG": str(self.folder / "RT_SiteConfig.pm"),
            "RT_SITE_CONFIG_DIR": "/dev/null",
            "RT_MAIL_DIR": str(self.mail),
        }

    def _answers(self) -> bool:
        if self._server is not None and self._server.poll() is not None:
            raise AssertionError(f"RT ended at once: {self.log()[-2000:]}")
        time.sleep(0.3)
        try:
            with self.as_user("countersign") as client:
                return client.get("/rt").is_success
        except httpx.HTTPError:
            return False
