"""The environment: where things are and how much of them, never what the product may do."""

from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.errors import ConfigurationInvalid


class Environment(BaseSettings):
    """Variables with the prefix `COUNTERSIGN_`; `DATABASE_URL` alone has none, because hosts set it by that name."""

    model_config = SettingsConfigDict(env_prefix="COUNTERSIGN_", extra="ignore", env_ignore_empty=True)

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    direct_database_url: str | None = Field(
        None, description="leads past a pooler that DATABASE_URL names; for migrations and for waking workers"
    )
    config: Path = Field(Path("countersign.yaml"), description="accounts, models, knowledge")
    policies: Path = Field(Path("policies"), description="the folder of policy files")
    watch_policies: bool = Field(True, description="publish what changes there; false: `countersign policy publish`")
    home: Path = Field(Path(".countersign"), description="where the embedded Postgres keeps its data")
    host: str = Field("127.0.0.1", description="address to listen on; others than loopback need an admin token")
    port: int = Field(8400, ge=0, le=65535)
    metrics_port: int = Field(8401, ge=0, le=65535, description="the worker's /metrics, /livez; 0: any free port")
    admin_token: SecretStr | None = Field(None, min_length=24, description="opens pages and API beyond loopback")
    secret_key: SecretStr | None = Field(
        None, min_length=24, description="signs sessions and links of notes; the same on every machine"
    )
    audit_key: SecretStr | None = Field(
        None, min_length=24, description="signs heads of the audit record; the same on every machine"
    )
    public_url: str | None = Field(None, description="how agents reach the pages; links in notes use it")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")
    largest_delivery: int = Field(1024 * 1024, ge=1024, description="bytes; a larger webhook is refused")
    deepest_delivery: int = Field(64, ge=8, le=500, description="how deep its JSON may be nested")
    account_rate: float = Field(200, gt=0, description="deliveries a second of an account; ten times as many at once")
    address_rate: float = Field(300, gt=0, description="requests a second of an address; ten times as many at once")
    at_once: int = Field(200, ge=1, description="deliveries that one process keeps at the same time")
    most_connections: int = Field(800, ge=10, description="open connections of the web process; needs as many files")
    proxies: str = Field("", description="addresses whose X-Forwarded-For is believed: 10.0.0.0/8, 192.0.2.7")
    concurrency: int = Field(50, ge=1, le=500, description="runs at once in one worker process")
    grace: float = Field(25.0, gt=0, description="seconds that a stopping worker gives to what runs")
    takeover_after: float = Field(15.0, ge=2, le=60, description="seconds of silence after which a worker is dead")
    most_tries: int = Field(12, ge=1, le=100, description="tries of an event before it is given up")
    connections: int = Field(10, ge=3, le=100, description="database connections of one process")

    @field_validator("database_url", "direct_database_url")
    @classmethod
    def _postgres(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("not a URL of the form postgresql://user@host/name")
        return url

    @field_validator("proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        for part in filter(None, (part.strip() for part in text.split(","))):
            ip_network(part)
        return text

    @property
    def loopback(self) -> bool:
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{'127.0.0.1' if self.loopback else self.host}:{self.port}").rstrip("/")


def read_environment() -> Environment:
    """Raises ConfigurationInvalid with every variable that is wrong."""
    try:
        return Environment()
    except ValidationError as invalid:
        raise ConfigurationInvalid(
            [f"{_variable(error['loc'])}: {_sentence(error['msg'])}" for error in invalid.errors()]
        ) from None


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    return name if name == "DATABASE_URL" else f"COUNTERSIGN_{name.upper()}"
