"""What is not in order is told with what to do about it."""

import dataclasses

import pytest
from respx.models import CallList

from connectors.contract import Account, Finding
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.desk import ACCOUNT, FreshdeskDesk


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = FreshdeskConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings()

        assert list(found) == ["credentials", "scope", "tickets", "teams", "webhook"]
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("all tickets", "scope"),
            ("tickets", "tickets"),
            ("threads", "tickets"),
            ("names", "teams"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: FreshdeskDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings()).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    async def test_webhook_is_not_claimed_to_be_looked_at(self) -> None:
        said = (await findings())["webhook"].detail

        assert "not looked at" in said
        assert "https://gateway.example/webhooks/acme with X-Countersign-Secret" in said

    async def test_account_without_a_webhook_secret_is_told(self) -> None:
        found = (await findings(dataclasses.replace(ACCOUNT, secrets={"api_key": "k"})))["webhook"]

        assert not found.ok
        assert "every delivery is refused" in found.detail

    async def test_account_without_tickets_of_late_is_no_fault(self, desk: FreshdeskDesk) -> None:
        desk.scripted["GET /api/v2/tickets"] = 200, []

        assert (await findings())["tickets"].ok

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings()

        assert {call.request.method for call in calls} == {"GET"}
