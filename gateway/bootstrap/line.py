"""Wires the line: models, policies, knowledge and the desks, from what an installation declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.contract import Connector
from gateway.bootstrap import desk_connectors, poll_every
from gateway.bootstrap.definitions import definitions_of
from gateway.bootstrap.knowledge import meaning_of, sources_of
from gateway.bootstrap.models import budgets_of, routes_of
from gateway.bootstrap.notices import address_book, channels_of
from gateway.bootstrap.people import people_of, signer_of
from gateway.bootstrap.policies import declared_by
from gateway.bootstrap.screening import detectors_of
from gateway.errors import ConfigurationInvalid
from gateway.knowledge.library import Library
from gateway.knowledge.sync import Librarian
from gateway.models import Drafter, PromptFile, PromptInvalid, Voice
from gateway.settings import AccountEntry, Environment, Installation
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from gateway.store.desk_limits import DeskLimits
from gateway.workflow.line import Desk, Line
from gateway.workflow.notices import Channel, Notices
from gateway.workflow.policies import InForce


@dataclass(frozen=True, slots=True)
class Parts:
    """What a worker looks after besides walking."""

    drafter: Drafter
    policies: InForce
    librarian: Librarian
    notices: Notices
    channels: Mapping[str, Channel]
    limits: DeskLimits

    async def close(self) -> None:
        await self.drafter.close()
        for channel in self.channels.values():
            await channel.close()


def build_line(environment: Environment, installation: Installation, database: Database) -> tuple[Line, Parts]:
    """Everything that a run needs, wired. Raises ConfigurationInvalid, also for prompts.

    No policies decide before `policies.begin()`."""
    drafter = _drafter(environment.policies / "prompts")
    policies = InForce(environment.policies, database, declared_by(installation), watch=environment.watch_policies)
    limits = DeskLimits(database)
    desks = _desks(installation, limits)
    detectors = detectors_of(installation)
    sources = sources_of(installation, {name: desk.connector for name, desk in desks.items()}, detectors)
    budgets = budgets_of(installation)
    line = Line(
        database=database,
        desks=desks,
        routes=routes_of(installation),
        drafter=drafter,
        attempts=AttemptRows(database, budgets),
        budgets=budgets,
        policies=lambda: policies.current,
        library=Library(database, meaning_of(installation)),
        pages_url=environment.base_url,
        people=people_of(installation),
        review_key=signer_of(environment).link,
        most_tries=environment.most_tries,
        detectors=detectors,
    )
    channels = channels_of(installation)
    notices = Notices(database, address_book(installation), channels, pages_url=environment.base_url)
    return line, Parts(drafter, policies, Librarian(database, sources), notices, channels, limits)


def _drafter(prompts: Path) -> Drafter:
    try:
        return Drafter(PromptFile.load(prompts / "draft.md"), PromptFile.load(prompts / "repair.md"))
    except PromptInvalid as error:
        raise ConfigurationInvalid([str(error)]) from None
    except OSError as error:
        raise ConfigurationInvalid([f"{error.filename}: {error.strerror}. Set COUNTERSIGN_POLICIES"]) from None


def _desks(installation: Installation, limits: DeskLimits) -> dict[str, Desk]:
    built = desk_connectors(installation, limits.of)
    return {name: _desk(name, entry, built[name]) for name, entry in installation.accounts.items()}


def _desk(name: str, entry: AccountEntry, connector: Connector) -> Desk:
    return Desk(
        name=name,
        connector=connector,
        knowledge=tuple(entry.knowledge),
        route=entry.models,
        language=entry.language,
        voice=Voice(entry.voice.brand, entry.voice.tone, entry.voice.sign_off),
        phone_regions=tuple(entry.phone_regions),
        order_numbers=tuple(entry.order_numbers),
        vip_tags=tuple(entry.vip_tags),
        definitions=definitions_of(entry),
        currency=entry.currency,
        allowed_domains=tuple(entry.allowed_domains),
        send_without_conditional_write=entry.send_without_conditional_write,
        drafts_open_tickets=entry.open_tickets == "draft",
        poll_every=poll_every(entry, connector),
        settle=entry.settle_seconds,
        shadow=entry.mode == "shadow",
        sample=entry.sample_share,
        reopened_within=entry.reopened_span,
        words_per_minute=entry.words_per_minute,
        source=f"{entry.connector} {entry.base_url}",
    )
