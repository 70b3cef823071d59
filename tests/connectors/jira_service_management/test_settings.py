"""A mistake in the configuration is told before any call, and without telling a secret."""

import base64
import dataclasses
from typing import Any

import pytest
import respx

from connectors.errors import Misconfigured
from connectors.jira_service_management.connector import JiraServiceManagementConnector
from tests.connectors.jira_service_management.deliveries import connected
from tests.connectors.jira_service_management.desk import ACCOUNT, TICKET, JiraDesk


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"email": None}, r"options\.email must be"),
        ({"email": "ann"}, r"options\.email must be"),
        ({"project_keys": "SD"}, "project_keys must be a list"),
        ({"project_keys": ["SD) OR project in (X"]}, "project_keys must be a list"),
        ({"integration_user_id": 7}, "must be an account id"),
        ({"statuses": {"solved": 7}}, "statuses must give names"),
        ({"priorities": {"blocker": "x"}}, "priorities must give names"),
        ({"team_field": "Team"}, "team_field must be"),
        ({"resolution": " "}, "resolution must be"),
        ({"knowledge_space_ids": 7}, "knowledge_space_ids must be a list"),
        ({"knowledge_space_ids": ["KB"]}, "knowledge_space_ids must be a list"),
        ({"project": "SD"}, "unknown options project"),
    ],
)
def test_option_that_cannot_work_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        connected(**options)


@pytest.mark.parametrize("secrets", [{}, {"api_token": ""}, {"webhook_secret": "x", "api_token": " \n"}])
def test_account_without_credentials_is_told_what_to_give(secrets: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="api_token"):
        JiraServiceManagementConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))


async def test_token_goes_with_the_address_of_its_user(desk: JiraDesk) -> None:
    account = dataclasses.replace(ACCOUNT, secrets={"api_token": "token-of-a-file\n"})
    connector = JiraServiceManagementConnector.connect(account)
    with respx.mock as router:
        router.route().mock(side_effect=desk.answer)

        await connector.fetch(TICKET)

        sent = {call.request.headers["authorization"] for call in router.calls}
    await connector.close()
    assert sent == {"Basic " + base64.b64encode(b"countersign@acme.example:token-of-a-file").decode()}


async def test_oauth_goes_through_atlassians_own_address(desk: JiraDesk) -> None:
    account = dataclasses.replace(
        ACCOUNT,
        base_url="https://api.atlassian.com/ex/jira/1f0c-22",
        secrets={"oauth_token": "an-oauth-token"},
        options={"team_field": "components"},
    )
    connector = JiraServiceManagementConnector.connect(account)
    with respx.mock as router:
        route = router.get("https://api.atlassian.com/ex/jira/1f0c-22/rest/api/3/myself")
        route.respond(401)

        (found,) = await connector.check()

    await connector.close()
    assert not found.ok
    assert route.calls[0].request.headers["authorization"] == "Bearer an-oauth-token"


def test_knowledge_base_needs_the_sites_own_address() -> None:
    account = dataclasses.replace(ACCOUNT, base_url="https://api.atlassian.com/ex/jira/1f0c-22")

    with pytest.raises(Misconfigured, match="the site's own address"):
        JiraServiceManagementConnector.connect(account)


def test_settings_never_print_a_secret() -> None:
    connector = JiraServiceManagementConnector.connect(ACCOUNT)

    assert not [secret for secret in ACCOUNT.secrets.values() if secret in repr(vars(connector))]
