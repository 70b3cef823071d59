"""One folder per help desk, all behind one contract (`contract.py`). A new one is a folder and one line here."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from connectors.contract import Connector, TellsSecrets
from connectors.errors import Misconfigured

REGISTRY = {
    "chatwoot": "connectors.chatwoot.connector:ChatwootConnector",
    "freshdesk": "connectors.freshdesk.connector:FreshdeskConnector",
    "front": "connectors.front.connector:FrontConnector",
    "help_scout": "connectors.help_scout.connector:HelpScoutConnector",
    "http": "connectors.described.connector:DescribedConnector",
    "hubspot": "connectors.hubspot.connector:HubspotConnector",
    "intercom": "connectors.intercom.connector:IntercomConnector",
    "jira_service_management": "connectors.jira_service_management.connector:JiraServiceManagementConnector",
    "request_tracker": "connectors.request_tracker.connector:RequestTrackerConnector",
    "salesforce": "connectors.salesforce.connector:SalesforceConnector",
    "sandbox": "connectors.sandbox.connector:SandboxConnector",
    "servicenow": "connectors.servicenow.connector:ServiceNowConnector",
    "zammad": "connectors.zammad.connector:ZammadConnector",
    "zendesk": "connectors.zendesk.connector:ZendeskConnector",
}


def load(name: str) -> type[Connector]:
    """The connector's class, imported on first use. Raises `Misconfigured` for a name that nobody registered."""
    try:
        module, _, attribute = REGISTRY[name].partition(":")
    except KeyError:
        raise Misconfigured(f"there is no connector {name!r}; there are: {', '.join(sorted(REGISTRY))}") from None
    found: type[Connector] = getattr(import_module(module), attribute)
    return found


def secret_roles(name: str, options: Mapping[str, Any]) -> Mapping[str, str]:
    """The secrets of an account with these options. Raises `Misconfigured` where the options cannot tell them."""
    kind = load(name)
    told: Mapping[str, str] = kind.secret_roles_of(options) if isinstance(kind, TellsSecrets) else kind.secret_roles
    return told


def folder(name: str) -> str:
    """The folder in this package that a registered connector is in, with its README.md and quality.yaml."""
    return REGISTRY[name].split(".")[1]
