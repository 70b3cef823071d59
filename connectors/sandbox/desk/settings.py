"""What a desk is started with: its brands, each with tokens, people and a place for webhooks."""

from dataclasses import dataclass, field

from connectors.contract import Person, Role
from connectors.errors import SignatureInvalid
from connectors.signatures import sign_standard_webhooks

AGENTS = (
    Person("agent-emma", Role.AGENT, "Emma Lindqvist", "emma@desk.example"),
    Person("agent-jonas", Role.AGENT, "Jonas Weber", "jonas@desk.example"),
    Person("agent-amira", Role.AGENT, "Amira Haddad", "amira@desk.example"),
)
RETRY_AFTER = (0.2, 1.0, 3.0, 10.0, 30.0, 60.0, 60.0, 60.0)  # seconds


@dataclass(frozen=True, slots=True)
class Brand:
    """One account of the desk. Several share a desk and never see each other's tickets through the API.

    `token` acts as any agent or requester and moves the switches; `bot_token` is the integration user's.
    Without a `webhook_url` the brand sends no webhooks.
    """

    name: str
    token: str = field(repr=False)
    bot_token: str = field(repr=False)
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    agents: tuple[Person, ...] = AGENTS

    @property
    def bot(self) -> Person:
        """The integration user, whose writes come back as webhooks like everybody's."""
        return Person(f"bot-{self.name}", Role.INTEGRATION, "Countersign")


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """`retry_after` lists the seconds between the tries of a webhook; after the last one it is given up.

    `hosts`: the names under which the desk may be called, so that no other site can speak to it through a browser.
    """

    brands: tuple[Brand, ...]
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    retry_after: tuple[float, ...] = RETRY_AFTER

    def __post_init__(self) -> None:
        tokens = [token for brand in self.brands for token in (brand.token, brand.bot_token)]
        if not tokens or not all(tokens) or len(set(tokens)) < len(tokens):
            raise ValueError("a desk needs a brand, and every token must be there and unlike the others")
        if len({brand.name for brand in self.brands}) < len(self.brands):
            raise ValueError("two brands have the same name")
        for brand in self.brands:
            if brand.webhook_url:
                _check_secret(brand.name, brand.webhook_secret or "")


def _check_secret(brand: str, secret: str) -> None:
    try:
        sign_standard_webhooks(secret, "msg_0", 0, b"")
    except SignatureInvalid as error:
        raise ValueError(f"brand {brand}: {error}") from None
