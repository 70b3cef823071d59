"""The processes: `serve` takes deliveries, `work` walks events, `up` runs both, `migrate` prepares the database."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Annotated

import typer

from gateway import collecting
from gateway.bootstrap import migrate_own, postgres
from gateway.errors import GatewayError, NotAllowed
from gateway.settings import Environment, read_environment
from gateway.store.embedded import end_with_parent

RESTART_AFTER = 1.0  # seconds
START_WITHIN = 5.0  # seconds: a child that fails before that has a configuration that cannot work
STOP_WITHIN = 40.0  # seconds that children get on the way down


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(work)
    app.command()(up)
    app.command()(migrate)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
) -> None:
    """Take deliveries and show pages."""
    environment = _environment(host, port)
    with _listener(environment) as listener, postgres(environment) as url:
        migrate_own(environment, url)
        _run_web(environment, url, listener)


def work() -> None:
    """Walk events: read, draft, decide, deliver."""
    environment = read_environment()
    with postgres(environment) as url:
        migrate_own(environment, url)
        _run_worker(environment, url)


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
) -> None:
    """Run everything: the database if none is named, the web process, and workers. What dies is started again."""
    environment = _environment(host, port)
    _listener(environment).close()  # a port that is taken is better said here than by a child
    with postgres(environment) as url:
        _migrate(url)
        # Everything that is settled here is settled for the children too.
        os.environ |= {
            "DATABASE_URL": url,
            "COUNTERSIGN_HOST": environment.host,
            "COUNTERSIGN_PORT": str(environment.port),
        }
        _supervise([["serve"], *(["work"] for _ in range(workers))], f"Countersign answers at {environment.base_url}")


def migrate() -> None:
    """Bring the database to this version's tables."""
    environment = read_environment()
    with postgres(environment) as url:
        before, after = _migrate(url)
    typer.echo(f"tables are at {after}" + ("" if before == after else f", were at {before or 'nothing'}"))


def _environment(host: str | None, port: int | None) -> Environment:
    given = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    environment = read_environment().model_copy(update=given)
    if not environment.loopback and environment.admin_token is None:
        raise NotAllowed(
            f"listening on {environment.host} would show tickets to everybody who can reach it",
            remedy="Set COUNTERSIGN_ADMIN_TOKEN (24 characters or more), or listen on 127.0.0.1",
        )
    return environment


def _listener(environment: Environment) -> socket.socket:
    family = socket.AF_INET6 if ":" in environment.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((environment.host, environment.port))
    except OSError as error:
        listener.close()
        raise GatewayError(
            f"cannot listen on {environment.host}:{environment.port} ({error.strerror})",
            remedy="Stop what uses it, or choose another with --port",
        ) from None
    return listener


def _run_web(environment: Environment, url: str, listener: socket.socket) -> None:
    collecting.hold_back()
    import uvicorn

    from gateway import telemetry, tracing
    from gateway.api.connections import Crowd
    from gateway.app import create_app

    telemetry.configure(service="web", level=environment.log_level)
    tracing.switch_on("web", telemetry.RELEASE)
    app = create_app(environment, url)
    collecting.go_on()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        http=Crowd(environment.most_connections, app.state.pressure.away).protocol,  # type: ignore[arg-type]
        loop="uvloop",
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
        proxy_headers=False,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _heard)  # uvicorn stops by it, and raises it once more when it has
    uvicorn.Server(config).run(sockets=[listener])
    tracing.switch_off()


def _heard(_signal: int, _frame: object) -> None:
    """Nothing is left to do, but to send the last spans."""


def _run_worker(environment: Environment, url: str) -> None:
    collecting.hold_back()
    import uvloop

    from gateway import telemetry, tracing
    from gateway.worker import work as walk_events

    telemetry.configure(service="worker", level=environment.log_level)
    tracing.switch_on("worker", telemetry.RELEASE)
    log = logging.getLogger("countersign")
    uvloop.run(walk_events(environment, url, ready=lambda: log.info("the worker is ready")))
    tracing.switch_off()


def _migrate(url: str) -> tuple[str | None, str | None]:
    from gateway.store.migrate import migrate as bring_up_to_date

    return bring_up_to_date(url)


def _supervise(commands: list[list[str]], greeting: str) -> None:
    """Run commands of ours as children until told to stop; one that ends is started again."""
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    children = [_Child(command) for command in commands]
    typer.echo(greeting, err=True)
    try:
        while not stopping:
            for child in children:
                child.keep_alive()
            time.sleep(0.2)
    finally:
        deadline = time.monotonic() + STOP_WITHIN
        for child in children:
            child.process.terminate()
        for child in children:
            child.end_by(deadline)


class _Child:
    """A command of ours in a process of its own."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._start()

    def _start(self) -> None:
        # A session of its own: Ctrl+C reaches the parent alone, which then stops its children in order.
        # If the parent is killed, they stop too, rather than hold the port without a database.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *self._command],
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
        self._began = time.monotonic()

    def keep_alive(self) -> None:
        """Start it again if it ended; give up where it cannot even start."""
        if self.process.poll() is None:
            return
        name, code = self._command[0], self.process.returncode
        if code == 1 and time.monotonic() - self._began < START_WITHIN:
            raise GatewayError(f"`countersign {name}` could not start", remedy="The reason stands above")
        typer.echo(f"countersign {name} ended ({code}); it is started again", err=True)
        time.sleep(RESTART_AFTER)
        self._start()

    def end_by(self, deadline: float) -> None:
        try:
            self.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
