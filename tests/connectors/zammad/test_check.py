"""What is not in order is told with what to do about it."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Finding
from connectors.zammad.connector import ZammadConnector
from tests.connectors.zammad.desk import ACCOUNT, ZammadDesk


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = ZammadConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


def with_options(**options: Any) -> Account:
    return dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings()

        assert list(found) == ["credentials", "tickets", "shared drafts", "names", "webhook"]
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("active", "credentials"),
            ("tickets", "tickets"),
            ("articles", "tickets"),
            ("tags", "tickets"),
            ("drafts", "shared drafts"),
            ("names", "names"),
            ("webhooks", "webhook"),
            ("triggers", "webhook"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: ZammadDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings()).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    async def test_name_that_zammad_does_not_have_is_named(self) -> None:
        found = (await findings(with_options(states={"hold": "waiting for the carrier"})))["names"]

        assert not found.ok
        assert "waiting for the carrier" in found.detail

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"endpoint": "https://gateway.example/webhooks/other"}, "no webhook ends in /webhooks/acme"),
            ({"endpoint": "https://[broken"}, "no webhook ends in /webhooks/acme"),
            ({"active": False}, "not active"),
            ({"http_method": "put"}, "does not send by POST"),
            ({"customized_payload": True}, "custom payload"),
            ({"signature_token": ""}, "unsigned and every one is refused"),
            ({"signature_token": "quite-another"}, "another token"),
            ({"id": 3}, "no active trigger calls the webhook"),
        ],
    )
    async def test_webhook_that_will_not_reach_us_is_told(
        self, desk: ZammadDesk, changed: dict[str, Any], told: str
    ) -> None:
        desk.webhooks[1] |= changed

        found = (await findings())["webhook"]

        assert not found.ok
        assert told in found.detail
        assert "quite-another" not in repr(found)

    async def test_triggers_that_sleep_are_told(self, desk: ZammadDesk) -> None:
        for trigger in desk.triggers:
            trigger["active"] = False

        assert "no active trigger" in (await findings())["webhook"].detail

    async def test_account_without_a_webhook_secret_is_told(self) -> None:
        found = await findings(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        assert "has no webhook_secret" in found["webhook"].detail

    async def test_without_a_public_address_the_path_is_enough(self) -> None:
        found = (await findings(with_options(public_url=None)))["webhook"]

        assert found.ok
        assert "set options.public_url" in found.detail

    async def test_admin_who_looked_can_leave_the_webhook_out(self, desk: ZammadDesk) -> None:
        desk.missing.add("webhooks")

        assert "webhook" not in await findings(with_options(check_webhook=False))

    async def test_another_integration_user_than_configured_is_told(self) -> None:
        found = (await findings(with_options(integration_user_id=7)))["credentials"]

        assert not found.ok
        assert "Set integration_user_id to 12" in str(found.remedy)

    async def test_zammad_without_tickets_says_what_was_not_tried(self, desk: ZammadDesk) -> None:
        desk.tickets.clear()

        found = await findings()

        assert found["tickets"].ok
        assert "were not tried" in found["tickets"].detail

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings()

        assert {call.request.method for call in calls} == {"GET"}
