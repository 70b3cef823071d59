"""Wires who is told outside the help desk to what `countersign.yaml` declares."""

from collections.abc import Mapping

from gateway.errors import ConfigurationInvalid
from gateway.settings import Installation, SecretName
from gateway.workflow.notices import AddressBook, Channel, Mail, WebhookChannel


def address_book(installation: Installation) -> AddressBook:
    """Names under `notices.to`, then groups with their members, then people."""
    mail = {name: (person.email,) for name, person in installation.people.items() if person.email}
    groups = {
        name: tuple(address for member in group.members for address in mail.get(member, ()))
        for name, group in installation.groups.items()
    }
    declared = {name: tuple(addresses) for name, addresses in installation.notices.to.items()}
    return AddressBook(
        names={**mail, **groups, **declared},
        accounts={name: entry.owner.contact for name, entry in installation.accounts.items()},
        budgets={name: entry.owner.contact for name, entry in installation.budgets.items()},
        operators=tuple(installation.notices.operators),
    )


def channels_of(installation: Installation) -> Mapping[str, Channel]:
    """Raises ConfigurationInvalid where a secret is not there, or an address is none."""
    found: dict[str, Channel] = {}
    if mail := installation.notices.mail:
        password = _secret(mail.password, "notices.mail.password") if mail.password else None
        found["mail"] = Mail(mail.server, mail.port, mail.security, mail.sender, mail.user, password)
    if hook := installation.notices.webhook:
        url = _secret(hook.url, "notices.webhook.url")
        if not url.startswith("https://") and not (hook.allow_private_network and url.startswith("http://")):
            raise ConfigurationInvalid(["notices.webhook.url: the address must begin with https://"])
        found["webhook"] = WebhookChannel(url, allow_private_network=hook.allow_private_network)
    return found


def _secret(place: SecretName, where: str) -> str:
    value = place.read()
    if value is None:
        raise ConfigurationInvalid([f"{where}: nothing is in {place}"])
    return value.get_secret_value()
