"""A door: the web process. It takes deliveries, and shows what became of them. It calls no model and no help desk."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from importlib.metadata import version
from typing import cast

import structlog
from fastapi import FastAPI

from connectors.contract import Capability, Connector, HasSidebar, Identifies
from gateway import pages
from gateway.access.cookies import Cookies
from gateway.api import health, problems, reports, webhooks
from gateway.api import pause as stop
from gateway.api.access import Access, Guard
from gateway.api.gate import Gate, Limits
from gateway.api.pressure import Pressure
from gateway.api.rates import networks
from gateway.api.timing import Timing
from gateway.api.token_use import TokenUse
from gateway.bootstrap import declared, desk_connectors, installation_of, secrets_of
from gateway.bootstrap.models import budgets_of, rates_of, routes_of
from gateway.bootstrap.people import people_of, sign_in_of, signer_of
from gateway.bootstrap.policies import declared_by
from gateway.errors import ConfigurationInvalid, DatabaseUnavailable
from gateway.pages.doors import Beside, Door
from gateway.settings import Environment, Installation
from gateway.store import events
from gateway.store.database import Database
from gateway.store.pulse import SILENCE
from gateway.store.revisions import missing
from gateway.telemetry import begin_at_zero
from gateway.workflow import pause
from gateway.workflow.intake import Intake
from gateway.workflow.policies import told
from gateway.workflow.providers import Providers
from gateway.workflow.quarantine import Quarantine

LONGEST_WAIT = 3.0  # seconds
log = structlog.get_logger()


def create_app(environment: Environment, database_url: str) -> FastAPI:
    """The application. Raises ConfigurationInvalid before anything is opened."""
    installation = installation_of(environment)
    connectors = desk_connectors(installation)
    begin_at_zero(connectors)
    # A help desk waits a few seconds for its answer, so that a delivery does not wait long for a connection.
    database = Database(database_url, largest=environment.connections, wait=LONGEST_WAIT, silence=SILENCE)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await database.open()
            await declared.remember(database, installation)
        except DatabaseUnavailable as error:
            # Start all the same: deliveries are answered 503 until it comes back, and vendors send them again.
            log.error("the database is away", reason=str(error))
        except BaseException:  # a pool that is left open keeps the process from ending
            await database.close()
            raise
        yield
        await database.close()
        for connector in connectors.values():
            await connector.close()

    app = FastAPI(title="Countersign", version=version("countersign"), lifespan=lifespan, redoc_url=None)
    app.state.database = database
    app.state.accounts = {name: entry.title or name for name, entry in installation.accounts.items()}
    app.state.knowledge = _used_by(installation)
    app.state.declared = declared_by(installation)
    app.state.rates = rates_of(installation)
    app.state.budgets = budgets_of(installation)
    app.state.quarantine = Quarantine(database, connectors, secrets_of(installation))
    settle = {name: entry.settle_seconds for name, entry in installation.accounts.items()}
    app.state.intake = Intake(
        *(database, connectors, app.state.quarantine, environment.largest_delivery, settle),
        deepest=environment.deepest_delivery,
    )
    app.state.largest_delivery = environment.largest_delivery
    app.state.readiness = {"database": lambda: _database_problem(database)}
    app.state.pressure = pressure = Pressure(environment.at_once)
    app.state.information = {
        "door": pressure.told,
        "events": lambda: _waiting(database),
        "policies": lambda: told(database),
        "paused": lambda: pause.told(database),
        "providers": Providers(database, routes_of(installation).values()).told,
    }
    problems.install(app)
    for router in (webhooks.router, reports.router, stop.router):
        app.include_router(router)
    for path, (answer, summary) in health.PATHS.items():
        app.add_api_route(path, answer, summary=summary, tags=["operations"], include_in_schema=summary is not None)
    pages.install(app)
    app.state.door = door = _door(environment, installation, connectors)
    token = environment.admin_token
    guard = Guard(
        token.get_secret_value() if token else None,
        door.signer,
        door.cookies,
        TokenUse(database).tell,
        signs_in=door.picker or door.sign_in is not None,
    )
    app.add_middleware(Access, guard=guard)
    limits = Limits(
        environment.largest_delivery,
        environment.account_rate,
        environment.address_rate,
        networks(environment.proxies),
    )
    app.add_middleware(Gate, limits=limits, accounts=frozenset(connectors), pressure=pressure)
    app.add_middleware(Timing)
    return app


def _used_by(installation: Installation) -> dict[str, frozenset[str]]:
    """The accounts that use a source of knowledge."""
    accounts = installation.accounts.items()
    return {
        source: frozenset(name for name, entry in accounts if source in entry.knowledge)
        for source in installation.knowledge
    }


def _door(environment: Environment, installation: Installation, connectors: Mapping[str, Connector]) -> Door:
    declared = installation.sign_in
    if declared is not None and declared.picker and not environment.loopback:
        raise ConfigurationInvalid(
            ["sign_in.picker: anybody could act as anybody; it is only for 127.0.0.1. Declare an issuer instead"]
        )
    return Door(
        people_of(installation),
        signer_of(environment),
        Cookies(environment.base_url.startswith("https://")),
        environment.base_url,
        picker=declared is not None and declared.picker,
        sign_in=sign_in_of(installation),
        framed_by={name: entry.framed_by or entry.base_url for name, entry in installation.accounts.items()},
        acting_links=frozenset(name for name, entry in installation.accounts.items() if entry.links == "act"),
        beside={name: found for name, connector in connectors.items() if (found := _beside(connector))},
    )


def _beside(connector: Connector) -> Beside | None:
    """What a help desk gives for a page of ours beside a ticket; None where it shows none."""
    if Capability.SIDEBAR not in connector.capabilities:
        return None
    signed = cast(Identifies, connector) if Capability.SIGNED_SIDEBAR in connector.capabilities else None
    return Beside(cast(HasSidebar, connector).sidebar, signed)


async def _waiting(database: Database) -> str:
    count, oldest = await events.waiting(database)
    return f"{count} wait, the oldest for {oldest:.0f} s"


async def _database_problem(database: Database) -> str | None:
    """Does it answer, with this version's tables?"""
    try:
        row = await database.one("select version_num from alembic_version")
    except DatabaseUnavailable as error:
        return str(error)
    found = row["version_num"] if row else None
    return missing(found)
