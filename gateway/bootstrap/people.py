"""Who may act: people and groups, from what an installation declares; and what signs their sessions."""

from typing import TYPE_CHECKING

from gateway.access.people import Declared, Group, People, Right
from gateway.access.sessions import Signer, key_of
from gateway.errors import ConfigurationInvalid
from gateway.settings import Environment, Installation

if TYPE_CHECKING:
    from gateway.access.oidc import SignIn


def signer_of(environment: Environment) -> Signer:
    """Signs sessions and links with the key of this installation."""
    given = environment.secret_key
    return Signer(key_of(given.get_secret_value() if given else None, environment.home))


def sign_in_of(installation: Installation) -> "SignIn | None":
    """The identity provider, where one is declared. Raises ConfigurationInvalid."""
    entry = installation.sign_in
    if entry is None or entry.issuer is None:
        return None
    secret = entry.client_secret.read() if entry.client_secret else None
    if entry.client_secret is not None and secret is None:
        raise ConfigurationInvalid([f"sign_in.client_secret: {entry.client_secret} is empty"])
    from gateway.access.oidc import Provider, SignIn  # with what reads tokens, which only a web process needs

    assert entry.client_id is not None
    given = secret.get_secret_value() if secret else None
    private = entry.allow_private_network
    return SignIn(Provider(entry.issuer, entry.client_id, given, entry.groups_claim, allow_private_network=private))


def people_of(installation: Installation) -> People:
    """Everybody who is declared, with their groups."""
    groups = [
        Group(name, entry.title or name, frozenset(map(Right, entry.rights)), frozenset(entry.accounts), entry.claim)
        for name, entry in installation.groups.items()
    ]
    people = [
        Declared(
            name,
            entry.name,
            entry.email,
            entry.ids,
            frozenset(group for group, told in installation.groups.items() if name in told.members),
        )
        for name, entry in installation.people.items()
    ]
    return People(people, groups)
