"""The composition root: the one place that knows every concrete class, and the only one that reads settings.

Here is what every door needs; `line.py` wires what only a worker needs, so that the others need not load it.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

import connectors
from connectors.contract import Account, Capability, Connector
from connectors.errors import Misconfigured
from connectors.limits import Limits
from gateway.errors import ConfigurationInvalid
from gateway.settings import (
    AccountEntry,
    Environment,
    Installation,
    read_environment,
    read_installation,
)
from gateway.store.database import Database
from gateway.store.embedded import EmbeddedPostgres

POLL_EVERY = 15.0  # seconds, where nothing is said
WEBHOOKS = {Capability.SIGNED_WEBHOOK, Capability.GUARDED_WEBHOOK}


def installation_of(environment: Environment) -> Installation:
    """`countersign.yaml`, checked. Raises ConfigurationInvalid."""
    return read_installation(environment.config, list(connectors.REGISTRY))


@contextlib.contextmanager
def postgres(environment: Environment) -> Iterator[str]:
    """The database's URL; without `DATABASE_URL` an embedded server runs as long as the block.

    Call it from the main thread and outside of an event loop: the server ends with the thread that started it."""
    if environment.database_url:
        yield environment.database_url
        return
    server = EmbeddedPostgres(environment.home)
    try:
        yield server.start()
    finally:
        server.stop()


def migrate_own(environment: Environment, url: str) -> None:
    """An embedded database is ours to bring up to date; a server's is migrated by `countersign migrate`, once per
    release."""
    if environment.database_url is None:
        from gateway.store.migrate import migrate  # with SQLAlchemy, which nothing else needs here

        migrate(url)


@contextlib.asynccontextmanager
async def opened_database(url: str, *, largest: int = 4) -> AsyncIterator[Database]:
    """A pool for the time of the block. Raises DatabaseUnavailable."""
    database = Database(url, largest=largest)
    try:
        await database.open()
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def command_database() -> AsyncIterator[Database]:
    """For commands that look something up: attaches to the server or starts it, and brings its tables up to date."""
    environment = read_environment()
    with postgres(environment) as url:
        migrate_own(environment, url)
        async with opened_database(url) as database:
            yield database


def desk_connectors(
    installation: Installation, limits: Callable[[str], Limits | None] = lambda _account: None
) -> dict[str, Connector]:
    """A connector for each account. `limits`: what all workers know of its limits. Raises ConfigurationInvalid with
    what is missing, for all accounts at once."""
    built: dict[str, Connector] = {}
    problems: list[str] = []
    for name, entry in installation.accounts.items():
        try:
            built[name] = connector_of(name, entry, limits(name))
        except Misconfigured as error:
            problems += [f"account {name}: {line}" for line in str(error).splitlines()]
    if problems:
        raise ConfigurationInvalid(problems)
    return built


def secrets_of(installation: Installation) -> dict[str, Mapping[str, str]]:
    """The secrets of each account, by role, for whoever must know them in order to keep none."""
    return {name: account_of(name, entry).secrets for name, entry in installation.accounts.items()}


def connector_of(name: str, entry: AccountEntry, limits: Limits | None = None) -> Connector:
    """The connector of one account. Raises Misconfigured."""
    built = connectors.load(entry.connector).connect(account_of(name, entry), limits)
    if entry.poll_seconds and Capability.POLLING not in built.capabilities:
        raise Misconfigured(f"poll_every: {entry.connector} cannot be polled; its events come by webhook")
    return built


def poll_every(entry: AccountEntry, connector: Connector) -> float | None:
    """How often an account is polled, in seconds; None: never. Where nobody says, whatever sends no webhooks is."""
    if entry.poll_seconds is not None:
        return entry.poll_seconds or None
    can = connector.capabilities
    return POLL_EVERY if Capability.POLLING in can and not can & WEBHOOKS else None


def account_of(name: str, entry: AccountEntry) -> Account:
    """What a connector is told: the values of secrets, by their role. A secret whose place is empty is left out."""
    secrets = {role: value.get_secret_value() for role, place in entry.secrets.items() if (value := place.read())}
    return Account(
        name=name,
        base_url=entry.base_url,
        secrets=secrets,
        options=entry.options,
        allow_private_network=entry.allow_private_network,
    )
