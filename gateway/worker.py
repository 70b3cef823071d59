"""A door: the process that walks events. Started by `countersign work`; as many as there are cores, on any machine."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from gateway import collecting
from gateway.api import health
from gateway.bootstrap import declared, installation_of
from gateway.bootstrap.audit import audit_signer, heads_folder
from gateway.bootstrap.line import build_line
from gateway.errors import DatabaseUnavailable
from gateway.settings import Environment
from gateway.store import events
from gateway.store.database import Database
from gateway.store.jobs import Jobs
from gateway.store.pulse import SILENCE
from gateway.telemetry import begin_at_zero, oldest_waiting, waiting_events
from gateway.workflow import jobs as handlers
from gateway.workflow import pause
from gateway.workflow.polling import Polling
from gateway.workflow.providers import Providers
from gateway.workflow.rehearsal import load, rehearse
from gateway.workflow.retention import Retention
from gateway.workflow.sealing import Sealing

log = structlog.get_logger()


async def work(environment: Environment, database_url: str, *, ready: Callable[[], None]) -> None:
    """Walk events until told to stop. Raises ConfigurationInvalid before anything is begun."""
    installation = installation_of(environment)
    # One connection for each four runs: a run is mostly waiting for a model or a help desk.
    database = Database(
        database_url,
        largest=max(environment.connections, environment.concurrency // 4),
        wait=30.0,
        direct_url=environment.direct_database_url,
        silence=SILENCE,
    )
    line, parts = build_line(environment, installation, database)
    begin_at_zero(line.desks)
    loading = asyncio.create_task(load(line))  # seconds, beside what follows
    try:
        await _open(database)
        queue = Jobs(database)
        handling = handlers.Jobs(line)
        queue.handle("walk", handling.walk)
        queue.handle("wake", handling.wake)
        queue.handle("deadline", handling.deadline)
        await parts.librarian.begin()
        await line.library.refresh()
        await parts.policies.begin()
        await declared.remember(database, installation)
        seals = Sealing(database, audit_signer(environment), heads_folder(environment))
        providers = Providers(database, line.routes.values())
        polling = Polling(database, line.desks)
        await polling.begin()
        await rehearse(line)
        await loading
        collecting.go_on()
        async with _beside(
            _every(2, "knowledge", line.library.refresh),
            _every(15, "sources", parts.librarian.take_turn),
            parts.policies.keep_current(),
            _every(1, "pauses", lambda: pause.measure(database, line.desks)),
            _every(1, "sealing", seals.take_turn),
            _every(60, "retention", Retention(database, installation.retention.spans).take_turn),
            _every(0.5, "desk limits", parts.limits.look),
            _every(1, "providers", providers.take_turn),
            _every(10, "orphans", lambda: events.adopt_orphans(database)),
            _every(10, "waiting", lambda: _measure_waiting(database)),
            _every(60, "attempts", line.attempts.give_up),
            _every(5, "notices", parts.notices.take_turn),
            *(_every(1, "polling", partial(polling.take_turn, account)) for account in polling.accounts),
            _serve_health(environment, database, parts.policies.told, providers.told),
        ):
            await queue.work(
                concurrency=environment.concurrency,
                grace=environment.grace,
                takeover_after=environment.takeover_after,
                ready=ready,
                on_poison=handling.poisoned,
            )
    finally:  # also where the preparation fails: a pool that is left open keeps the process from ending
        loading.cancel()
        await parts.close()
        for desk in line.desks.values():
            await desk.connector.close()
        await database.close()


async def _measure_waiting(database: Database) -> None:
    """What waits grows also where nothing ends, so that it is not told by runs."""
    count, oldest = await events.waiting(database)
    waiting_events.set(count)
    oldest_waiting.set(oldest)


async def _open(database: Database) -> None:
    """A database that is away at start is waited for: a worker has nothing better to do."""
    while True:
        try:
            return await database.open()
        except DatabaseUnavailable as error:
            log.warning("waiting for the database", reason=str(error))
            gc.enable()  # that may take hours
            await asyncio.sleep(2)


async def _every(seconds: float, what: str, routine: Callable[[], Awaitable[Any]]) -> None:
    """Do something again and again, whatever goes wrong with it."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await routine()
        except DatabaseUnavailable:
            continue
        except Exception as error:
            log.exception("a routine of the worker failed", routine=what, error=type(error).__name__)


@contextlib.asynccontextmanager
async def _beside(*routines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run routines beside the block, and end them with it."""
    tasks = [asyncio.create_task(routine) for routine in routines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _serve_health(
    environment: Environment,
    database: Database,
    policies: Callable[[], Awaitable[str]],
    providers: Callable[[], Awaitable[str]],
) -> None:
    """/livez, /readyz and /metrics of this process, on a port of its own: several workers may share a machine."""
    app = Starlette(routes=[Route(path, answer) for path, (answer, _) in health.PATHS.items()])
    app.state.readiness = {"database": lambda: _answers(database)}
    paused = partial(pause.told, database)
    app.state.information = {"policies": policies, "paused": paused, "providers": providers}
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((environment.host, environment.metrics_port))
    except OSError:
        listener.bind((environment.host, 0))
        log.info("the metrics port is taken; another one is used", port=listener.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]  # the queue handles them
    with listener:
        await server.serve(sockets=[listener])


async def _answers(database: Database) -> str | None:
    try:
        await database.one("select 1 as one")
    except DatabaseUnavailable as error:
        return str(error)
    return None
