"""What is not in order is told with what to do about it."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Finding
from connectors.intercom.connector import IntercomConnector
from tests.connectors.intercom.desk import ACCOUNT, TICKET, IntercomDesk, recorded


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = IntercomConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


def with_options(**options: Any) -> Account:
    return dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings()

        subjects = ["credentials", "integration user", "conversations", "teams", "tags", "priority", "webhook"]
        assert list(found) == subjects
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("admins", "integration user"),
            ("seat", "integration user"),
            ("conversations", "conversations"),
            ("threads", "conversations"),
            ("contacts", "conversations"),
            ("teams", "teams"),
            ("tags", "tags"),
            ("attributes", "priority"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: IntercomDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings()).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    async def test_token_of_another_workspace_is_told(self) -> None:
        found = (await findings(with_options(workspace_id="b11")))["credentials"]

        assert not found.ok
        assert "belongs to workspace a86dr8yl" in found.detail

    async def test_teammate_that_is_not_there_is_told(self) -> None:
        found = (await findings(with_options(integration_user_id="7")))["integration user"]

        assert not found.ok
        assert "no teammate 7" in found.detail

    async def test_teammate_who_made_the_app_is_asked_about(self) -> None:
        found = (await findings(with_options(integration_user_id=None)))["integration user"]

        assert found.ok
        assert "writes as teammate 814899, who made the app" in found.detail

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"name": "Importance", "label": "Importance"}, "no conversation attribute"),
            ({"api_writable": False}, "cannot be written"),
            ({"archived": True}, "cannot be written"),
            ({"options": [{"value": "Low"}, {"value": "High"}]}, "lacks normal, urgent"),
        ],
    )
    async def test_attribute_that_cannot_keep_a_priority_is_told(
        self, desk: IntercomDesk, changed: dict[str, Any], told: str
    ) -> None:
        attributes = recorded("data_attributes")
        attributes["data"][1] |= changed
        desk.scripted["GET /data_attributes"] = 200, attributes

        found = (await findings())["priority"]

        assert not found.ok
        assert told in found.detail

    async def test_account_without_a_webhook_secret_is_told(self) -> None:
        found = await findings(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        assert "has no webhook_secret" in found["webhook"].detail

    async def test_admin_is_told_where_the_webhook_must_point(self) -> None:
        assert "points at https://gateway.example/webhooks/acme" in (await findings())["webhook"].detail

    async def test_workspace_without_a_conversation_yet_is_in_order(self, desk: IntercomDesk, calls: CallList) -> None:
        desk.scripted["GET /conversations"] = 200, {"type": "conversation.list", "conversations": []}

        assert (await findings())["conversations"].ok
        assert not [call for call in calls if TICKET in call.request.url.path]

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings()

        assert {call.request.method for call in calls} == {"GET"}
