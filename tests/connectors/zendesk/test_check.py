"""What is not in order is told with what to do about it."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Finding
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.zendesk.desk import ACCOUNT, ZendeskDesk


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = ZendeskConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


def with_options(**options: Any) -> Account:
    return dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings()

        assert list(found) == ["credentials", "role", "tickets", "history", "teams", "webhook"]
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("stranger", "credentials"),
            ("staff", "role"),
            ("all tickets", "role"),
            ("public replies", "role"),
            ("history", "history"),
            ("groups", "teams"),
            ("webhooks", "webhook"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: ZendeskDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings()).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"endpoint": "https://gateway.example/webhooks/other"}, "no webhook ends in /webhooks/acme"),
            ({"endpoint": "https://old.example/webhooks/acme"}, "no webhook ends in /webhooks/acme"),
            ({"endpoint": "https://[broken"}, "no webhook ends in /webhooks/acme"),
            ({"status": "inactive"}, "not active"),
            ({"http_method": "GET"}, "JSON by POST"),
            ({"request_format": "form_encoded"}, "JSON by POST"),
            ({"subscriptions": ["zen:event-type:ticket.created"]}, "comment_added"),
            ({"id": "../users"}, "no usable id"),
        ],
    )
    async def test_webhook_that_will_not_reach_us_is_told(
        self, desk: ZendeskDesk, changed: dict[str, Any], told: str
    ) -> None:
        desk.webhooks[1] |= changed

        found = (await findings())["webhook"]

        assert not found.ok
        assert told in found.detail

    async def test_webhook_with_another_secret_is_told_without_telling_it(self) -> None:
        account = dataclasses.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "webhook_secret": "quite-another"})

        found = (await findings(account))["webhook"]

        assert not found.ok
        assert "another secret" in found.detail
        assert "zd-test-secret" not in repr(found)

    async def test_account_without_a_webhook_secret_is_told(self) -> None:
        account = dataclasses.replace(ACCOUNT, secrets={"api_token": "t"})

        assert "every delivery is refused" in (await findings(account))["webhook"].detail

    async def test_without_a_public_address_the_path_is_enough(self) -> None:
        found = (await findings(with_options(public_url=None)))["webhook"]

        assert found.ok
        assert "set options.public_url" in found.detail

    async def test_trigger_webhook_needs_no_subscriptions(self, desk: ZendeskDesk) -> None:
        desk.webhooks[1]["subscriptions"] = ["conditional_ticket_events"]

        found = (await findings())["webhook"]

        assert found.ok
        assert "a trigger must notify it" in found.detail

    async def test_admin_who_looked_can_leave_the_webhook_out(self, desk: ZendeskDesk) -> None:
        desk.missing.add("webhooks")

        assert "webhook" not in await findings(with_options(check_webhook=False))

    async def test_another_integration_user_than_configured_is_told(self) -> None:
        found = (await findings(with_options(integration_user_id=7)))["credentials"]

        assert not found.ok
        assert "8447388090001" in str(found.remedy)

    async def test_oauth_token_is_asked_for_its_scopes(self, calls: CallList) -> None:
        secrets = {"webhook_secret": "zd-test-secret", "oauth_token": "an-oauth-token"}

        found = await findings(dataclasses.replace(ACCOUNT, secrets=secrets))

        assert found["scopes"].ok
        assert {call.request.headers["authorization"] for call in calls} == {"Bearer an-oauth-token"}

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings()

        assert {call.request.method for call in calls} == {"GET"}

    @pytest.mark.parametrize("scopes", [["read"], ["tickets:read", "write"], [], None, "read write"])
    async def test_oauth_token_without_its_scopes_is_told(self, desk: ZendeskDesk, scopes: object) -> None:
        secrets = {"webhook_secret": "zd-test-secret", "oauth_token": "an-oauth-token"}
        desk.scripted["GET /api/v2/oauth/tokens/current.json"] = 200, {"token": {"scopes": scopes}}

        found = await findings(dataclasses.replace(ACCOUNT, secrets=secrets))

        assert not found["scopes"].ok
