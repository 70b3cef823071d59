"""`countersign.yaml`: accounts, models and people, each with an owner, and no secret in it."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator, model_validator

from connectors.addresses import tells_secrets
from gateway.settings.definitions import DefinitionEntry, FactName
from gateway.settings.entry import RULES, Name, Owner
from gateway.settings.knowledge import KnowledgeEntry
from gateway.settings.money import BudgetEntry, GoalEntry, PriceEntry, RatesEntry
from gateway.settings.notices import NoticesEntry
from gateway.settings.retention import RetentionEntry
from gateway.settings.secret import SecretName

OrderNumber = Annotated[
    str, Field(min_length=3, max_length=40, pattern=r"^[A-Za-z0-9 ./_+-]*[#@][A-Za-z0-9#@ ./_+-]*$")
]


class _Entry(BaseModel):
    model_config = RULES


class VoiceEntry(_Entry):
    """How drafts of an account sound."""

    brand: str = ""
    tone: str = "friendly, plain and brief"
    sign_off: str = ""


_SECONDS = {"s": 1, "m": 60}
_SPANS = {"h": "hours", "d": "days", "w": "weeks"}


class AccountEntry(_Entry):
    """One installation of a help desk."""

    connector: str
    owner: Owner
    base_url: str = Field(pattern=r"^https?://")
    title: str | None = None
    secrets: dict[str, SecretName] = {}
    options: dict[str, Any] = {}
    allow_private_network: bool = False
    knowledge: list[Name] = []
    models: Name = "default"
    language: str | None = Field(None, pattern=r"^[a-z]{2}$")
    phone_regions: list[str] = ["US", "GB", "DE"]
    # What order numbers look like, to keep them from models: # is a digit, @ a letter, a + at the end: or more.
    order_numbers: list[OrderNumber] = []
    voice: VoiceEntry = VoiceEntry()
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    allowed_domains: list[str] = []  # links to them may stand in a draft though no source has them
    vip_tags: list[str] = ["vip"]
    tiers: dict[str, str] = {}  # tag of the ticket -> tier of its requester: the short form of facts.tier
    facts: dict[FactName, DefinitionEntry] = {}  # what a customer is, where several systems tell it
    # How often it is asked what happened. Left out: only a help desk that is given no secret for webhooks is asked.
    poll_every: str | None = Field(None, description="15s, 2m, or never")
    # What whoever holds the link in a note may do with its draft without signing in.
    links: Literal["show", "act"] = "show"
    # Where agents open the help desk, if that is not base_url: only pages from there may show ours in a frame.
    framed_by: str | None = Field(None, pattern=r"^https?://")
    # A question that was there before the account was connected: draft it when something happens to its ticket?
    open_tickets: Literal["ignore", "draft"] = "ignore"
    # A help desk that cannot refuse a stale write may send on its own only where the owner says so here.
    send_without_conditional_write: bool = False
    # shadow: everything is drafted and decided, nothing is written into the help desk.
    mode: Literal["live", "shadow"] = "live"
    # Of what policies send, this share is put in front of a reviewer afterwards.
    sample: str = Field("0%", pattern=r"^(100|[0-9]{1,2}([.][0-9]{1,2})?)%$", description="5%")
    # A message of the requester waits so long for the next one, so that a burst gets one draft.
    settle: str = Field("3s", pattern=r"^([0-9]|[1-5][0-9]|60)s$", description="0s to 60s")
    # A requester who writes again within this time after a reply was not helped by it.
    reopened_within: str = Field("7d", pattern=r"^[1-9][0-9]{0,2}[hdw]$", description="48h, 7d, or 2w")
    # Solved tickets and their replies may become knowledge for agents, with personal data taken out.
    learn_from_solved: bool = False
    words_per_minute: int = Field(240, ge=60, le=1000, description="how fast people read a draft")
    rates: RatesEntry | None = None  # where they differ from those of the installation
    goal: GoalEntry | None = None  # what `countersign report` is held against

    @model_validator(mode="after")
    def _one_tier(self) -> "AccountEntry":
        if self.tiers and "tier" in self.facts:
            raise ValueError("tier is told twice: put tiers into facts.tier as a source with tags")
        return self

    @property
    def sample_share(self) -> float:
        """0 to 1."""
        return float(self.sample[:-1]) / 100

    @property
    def reopened_span(self) -> timedelta:
        return timedelta(**{_SPANS[self.reopened_within[-1]]: int(self.reopened_within[:-1])})

    @property
    def settle_seconds(self) -> float:
        return float(self.settle[:-1])

    @field_validator("poll_every", mode="before")
    @classmethod
    def _interval(cls, told: object) -> object:
        if told is None or told == "never" or (isinstance(told, str) and re.fullmatch(r"[1-9][0-9]{0,3}[sm]", told)):
            return told
        raise ValueError("write an interval such as 15s or 2m, or never")

    @property
    def poll_seconds(self) -> float | None:
        """None where it is left out; 0 for never."""
        if self.poll_every is None or self.poll_every == "never":
            return None if self.poll_every is None else 0.0
        return float(self.poll_every[:-1]) * _SECONDS[self.poll_every[-1]]


class SignInEntry(_Entry):
    """How people sign in to the pages: an OpenID Connect provider, or a picker of declared people for trying it out."""

    issuer: str | None = Field(None, pattern=r"^https?://")
    client_id: str | None = None
    client_secret: SecretName | None = None
    groups_claim: str = "groups"
    allow_private_network: bool = False  # an identity provider inside, or without https
    picker: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> "SignInEntry":
        if self.picker == (self.issuer is not None):
            raise ValueError("give either issuer and client_id, or picker: true")
        if self.issuer and not self.client_id:
            raise ValueError("client_id is missing: what this gateway is called at the identity provider")
        return self


class PersonEntry(_Entry):
    """Somebody who acts on drafts. `ids`: account -> the id of this agent in that help desk."""

    name: str = Field(min_length=1)
    email: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+$")
    ids: dict[Name, str] = {}


class GroupEntry(_Entry):
    """People whom policies and pages know by one name. `claim`: the group's name at the identity provider."""

    title: str | None = None
    members: list[str] = []
    rights: list[Literal["agent", "admin", "ops", "auditor"]] = ["agent"]
    accounts: list[Name] = []  # whose tickets they see; none means all
    claim: str | None = None


class CandidateEntry(_Entry):
    """One model, as litellm names it."""

    model: str = Field(pattern=r"^[A-Za-z0-9_.-]+/.+")
    api_base: str | None = Field(None, pattern=r"^https?://")
    api_key: SecretName | None = None
    timeout: float = Field(20.0, gt=0, le=24, description="seconds")
    stream: bool = False
    max_output_tokens: int = Field(2000, ge=1, le=100_000)
    retries: int = Field(1, ge=0, le=5)
    price: PriceEntry | None = None
    prices: list[PriceEntry] = []  # several, each with the day from which it holds
    ceiling_usd_per_million: Decimal | None = Field(None, ge=0)
    # What the provider allows, for all workers and routes together: the same on each route that names it.
    requests_per_minute: int | None = Field(None, ge=2)
    tokens_per_minute: int | None = Field(None, ge=1000, description="in and out")

    @field_validator("api_base")
    @classmethod
    def _a_model_stands_there(cls, told: str | None) -> str | None:
        parts = urlsplit(told or "")
        if parts.username is not None or parts.password is not None:
            raise ValueError("write no user or password into an address; give api_key")
        if tells_secrets(parts.hostname or ""):
            raise ValueError("a machine tells its own credentials there; no model stands at that address")
        return told


class RouteEntry(_Entry):
    """Models in order of preference: the next is asked when one fails."""

    owner: Owner
    candidates: list[CandidateEntry] = Field(min_length=1)
    temperature: float | None = Field(0.2, ge=0, le=2)
    max_cost_usd: Decimal | None = Field(None, gt=0)
    # Its models stand in your own house, so that they may see what policies block for all others.
    local: bool = False

    @model_validator(mode="after")
    def _in_the_house(self) -> "RouteEntry":
        away = [one.model for one in self.candidates if not one.api_base and not one.model.startswith("offline/")]
        if self.local and away:
            raise ValueError(f"a local route names where its models stand: {away[0]} needs an api_base")
        return self


class ScreeningEntry(_Entry):
    """Detectors besides ours, each an extra. They only add to what is found."""

    # Language -> a spaCy model by package or folder, which you install; the extra `presidio`. The first is the default.
    presidio: dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], str] = {}
    defender: bool = False  # a classifier of attacks on models; the extra `defender`


class Installation(_Entry):
    """The whole file."""

    version: Literal[1] = 1
    accounts: dict[Name, AccountEntry] = {}
    models: dict[Name, RouteEntry] = {}
    knowledge: dict[Name, KnowledgeEntry] = {}
    # Passages are found by what they mean too, and not by their words alone; needs the extra `semantic`.
    semantic_search: bool = False
    screening: ScreeningEntry = ScreeningEntry()
    budgets: dict[Name, BudgetEntry] = {}
    rates: RatesEntry | None = None
    people: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")], PersonEntry] = {}
    groups: dict[Name, GroupEntry] = {}
    sign_in: SignInEntry | None = None
    retention: RetentionEntry = RetentionEntry()
    notices: NoticesEntry = NoticesEntry()
