"""What is not in order is told with what to do about it."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.chatwoot.connector import ChatwootConnector
from connectors.contract import Account, Finding
from tests.connectors.chatwoot.desk import ACCOUNT, ChatwootDesk


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = ChatwootConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


def with_options(**options: Any) -> Account:
    return dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings()

        assert list(found) == ["credentials", "account", "inboxes", "conversations", "teams", "webhook"]
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("account", "account"),
            ("inboxes", "inboxes"),
            ("conversations", "conversations"),
            ("messages", "conversations"),
            ("teams", "teams"),
            ("webhooks", "webhook"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: ChatwootDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings()).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"url": "https://gateway.example/webhooks/other"}, "no webhook ends in /webhooks/acme"),
            ({"url": "https://old.example/webhooks/acme"}, "no webhook ends in /webhooks/acme"),
            ({"subscriptions": ["message_created", "conversation_created"]}, "conversation_status_changed"),
            ({"secret": None}, "unsigned and every one is refused"),
            ({"secret": "quite-another"}, "another secret"),
        ],
    )
    async def test_webhook_that_will_not_reach_us_is_told(
        self, desk: ChatwootDesk, changed: dict[str, Any], told: str
    ) -> None:
        desk.webhooks[1] |= changed

        found = (await findings())["webhook"]

        assert not found.ok
        assert told in found.detail
        assert "quite-another" not in repr(found)

    async def test_chatwoot_that_signs_nothing_is_told_to_be_upgraded(self, desk: ChatwootDesk) -> None:
        del desk.webhooks[1]["secret"]

        assert "Chatwoot signs since 4.12: upgrade it" in str((await findings())["webhook"].remedy)

    async def test_list_of_webhooks_may_come_bare(self, desk: ChatwootDesk) -> None:
        desk.scripted["GET /api/v1/accounts/1/webhooks"] = 200, desk.webhooks

        assert (await findings())["webhook"].ok

    async def test_account_without_a_webhook_secret_is_told(self) -> None:
        found = await findings(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        assert "has no webhook_secret" in found["webhook"].detail

    async def test_without_a_public_address_the_path_is_enough(self, desk: ChatwootDesk) -> None:
        desk.webhooks[0]["url"] = "https://[broken"

        found = (await findings(with_options(public_url=None)))["webhook"]

        assert found.ok
        assert "set options.public_url" in found.detail

    async def test_admin_who_looked_can_leave_the_webhook_out(self, desk: ChatwootDesk) -> None:
        desk.missing.add("webhooks")

        assert "webhook" not in await findings(with_options(check_webhook=False))

    async def test_inbox_that_the_user_does_not_see_is_named(self) -> None:
        found = (await findings(with_options(inbox_ids=[7, 99])))["inboxes"]

        assert not found.ok
        assert "inboxes 99 are hidden" in found.detail

    async def test_another_integration_user_than_configured_is_told(self) -> None:
        found = (await findings(with_options(integration_user_id=7)))["credentials"]

        assert not found.ok
        assert "Set integration_user_id to 12" in str(found.remedy)

    async def test_bots_token_is_told_to_be_too_little(self, desk: ChatwootDesk) -> None:
        desk.missing.add("credentials")

        assert "agent bot is not enough" in str((await findings())["credentials"].remedy)

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings()

        assert {call.request.method for call in calls} == {"GET"}
