"""What is not in order is told with what to do about it."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Finding
from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.help_scout.desk import ACCOUNT, HelpScoutDesk

WITH_DOCS = dataclasses.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "docs_api_key": "a-key-nobody-may-see"})


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = HelpScoutConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


def with_options(**options: Any) -> Account:
    return dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings(WITH_DOCS)

        assert list(found) == ["credentials", "inboxes", "conversations", "teams", "articles", "webhook"]
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("inboxes", "inboxes"),
            ("conversations", "conversations"),
            ("threads", "conversations"),
            ("names", "teams"),
            ("articles", "articles"),
            ("webhooks", "webhook"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: HelpScoutDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings(WITH_DOCS)).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"url": "https://gateway.example/webhooks/other"}, "no webhook ends in /webhooks/acme"),
            ({"url": "https://old.example/webhooks/acme"}, "no webhook ends in /webhooks/acme"),
            ({"state": "disabled"}, "is disabled"),
            ({"notification": True}, "does not send whole conversations"),
            ({"payloadVersion": "V1"}, "does not send whole conversations"),
            ({"events": ["convo.created", "convo.agent.reply.created"]}, "convo.customer.reply.created"),
            ({"secret": "quite-another"}, "another secret"),
        ],
    )
    async def test_webhook_that_will_not_reach_us_is_told(
        self, desk: HelpScoutDesk, changed: dict[str, Any], told: str
    ) -> None:
        desk.webhooks[1] |= changed

        found = (await findings())["webhook"]

        assert not found.ok
        assert told in found.detail
        assert "quite-another" not in repr(found)

    async def test_webhook_that_keeps_its_secret_is_no_fault(self, desk: HelpScoutDesk) -> None:
        del desk.webhooks[1]["secret"]

        found = (await findings())["webhook"]

        assert found.ok
        assert "first delivery" in found.detail

    async def test_inbox_that_the_webhook_leaves_out_is_named(self, desk: HelpScoutDesk) -> None:
        desk.webhooks[1]["mailboxIds"] = [99]

        assert "leaves out inboxes 85" in (await findings(with_options(inbox_ids=[85])))["webhook"].detail

    async def test_inbox_that_the_user_does_not_see_is_named(self) -> None:
        assert "inboxes 99 are hidden" in (await findings(with_options(inbox_ids=[85, 99])))["inboxes"].detail

    async def test_account_without_a_webhook_secret_is_told(self) -> None:
        secrets = {key: value for key, value in ACCOUNT.secrets.items() if key != "webhook_secret"}
        found = (await findings(dataclasses.replace(ACCOUNT, secrets=secrets)))["webhook"]

        assert not found.ok
        assert "every delivery is refused" in found.detail

    async def test_admin_who_looked_can_leave_the_webhook_out(self, desk: HelpScoutDesk) -> None:
        desk.missing.add("webhooks")

        assert "webhook" not in await findings(with_options(check_webhook=False))

    async def test_another_integration_user_than_configured_is_told(self) -> None:
        found = (await findings(with_options(integration_user_id=7)))["credentials"]

        assert not found.ok
        assert "Set integration_user_id to 4" in str(found.remedy)

    async def test_account_without_conversations_is_no_fault(self, desk: HelpScoutDesk) -> None:
        desk.conversations.clear()

        assert (await findings())["conversations"].ok

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings(WITH_DOCS)

        writes = [call.request.url.path for call in calls if call.request.method != "GET"]
        assert writes == ["/v2/oauth2/token"]
