"""What is not in order is told with what to do about it."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Finding
from connectors.jira_service_management.connector import JiraServiceManagementConnector
from tests.connectors.jira_service_management.desk import ACCOUNT, JiraDesk


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = JiraServiceManagementConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


def with_options(**options: Any) -> Account:
    return dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings()

        assert list(found) == ["credentials", "rights", "requests", "names", "webhook"]
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("active", "credentials"),
            ("rights", "rights"),
            ("agent", "rights"),
            ("requests", "requests"),
            ("comments", "requests"),
            ("names", "names"),
            ("webhooks", "webhook"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: JiraDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings()).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    async def test_right_is_named_with_its_project(self, desk: JiraDesk) -> None:
        desk.missing.add("rights")

        assert "lacks EDIT_ISSUES in SD" in (await findings())["rights"].detail
        assert "lacks EDIT_ISSUES" in (await findings(with_options(project_keys=[])))["rights"].detail

    async def test_project_without_requests_is_in_order(self, desk: JiraDesk) -> None:
        desk.issues.clear()

        assert "none yet" in (await findings())["requests"].detail

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"url": "https://gateway.example/webhooks/other"}, "no webhook ends in /webhooks/acme"),
            ({"url": "https://old.example/webhooks/acme"}, "no webhook ends in /webhooks/acme"),
            ({"enabled": False}, "switched off"),
            ({"events": ["jira:issue_created", "jira:issue_updated"]}, "does not send comment_created"),
            ({"excludeBody": True}, "sends no body"),
        ],
    )
    async def test_webhook_that_will_not_reach_us_is_told(
        self, desk: JiraDesk, changed: dict[str, Any], told: str
    ) -> None:
        desk.webhooks[1] |= changed

        found = (await findings())["webhook"]

        assert not found.ok
        assert told in found.detail

    async def test_without_a_public_address_the_path_is_enough(self, desk: JiraDesk) -> None:
        desk.webhooks[0]["url"] = "https://[broken"

        found = (await findings(with_options(public_url=None)))["webhook"]

        assert found.ok
        assert "set options.public_url" in found.detail

    async def test_account_without_a_webhook_secret_is_told(self) -> None:
        found = await findings(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        assert "has no webhook_secret" in found["webhook"].detail

    async def test_admin_who_looked_can_leave_the_webhook_out(self, desk: JiraDesk) -> None:
        desk.missing.add("webhooks")

        assert "webhook" not in await findings(with_options(check_webhook=False))

    async def test_another_integration_user_than_configured_is_told(self) -> None:
        found = (await findings(with_options(integration_user_id="5b1")))["credentials"]

        assert not found.ok
        assert "Set integration_user_id to 712020:9c2f-countersign" in str(found.remedy)

    async def test_name_that_jira_does_not_have_is_told(self) -> None:
        found = (await findings(with_options(priorities={"urgent": "Blocker"})))["names"]

        assert not found.ok
        assert "called Blocker" in found.detail

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings()

        assert {call.request.method for call in calls} == {"GET"}
