"""What is not in order is told with what to do about it."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Finding
from connectors.front.connector import FrontConnector
from tests.connectors.front.desk import ACCOUNT, FrontDesk


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = FrontConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


def with_options(**options: Any) -> Account:
    return dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings()

        assert list(found) == ["credentials", "integration user", "conversations", "names", "webhook"]
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("author", "integration user"),
            ("blocked", "integration user"),
            ("conversations", "conversations"),
            ("messages", "conversations"),
            ("comments", "conversations"),
            ("drafts", "conversations"),
            ("channels", "names"),
            ("teammates", "names"),
            ("tags", "names"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: FrontDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings()).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    async def test_company_without_conversations_is_in_order(self, desk: FrontDesk) -> None:
        desk.conversations.clear()

        assert "none yet" in (await findings())["conversations"].detail

    @pytest.mark.parametrize(
        ("options", "subject", "told"),
        [
            ({"company_id": "cmp_0ther"}, "credentials", "belongs to company cmp_k30"),
            ({"inbox_ids": ["inb_3srbb", "inb_z9"]}, "names", "inboxes inb_z9 are hidden"),
            ({"channel_id": "cha_3f"}, "names", "channel cha_3f is hidden or does not work"),
        ],
    )
    async def test_option_that_does_not_fit_is_told(self, options: dict[str, Any], subject: str, told: str) -> None:
        found = (await findings(with_options(**options)))[subject]

        assert not found.ok
        assert told in found.detail

    async def test_account_without_a_webhook_secret_is_told_where_it_is(self) -> None:
        found = (await findings(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"})))["webhook"]

        assert not found.ok
        assert "signing key of the app" in str(found.remedy)

    async def test_address_for_the_app_is_told(self) -> None:
        assert "https://gateway.example/webhooks/acme" in (await findings())["webhook"].detail

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings()

        assert {call.request.method for call in calls} == {"GET"}
