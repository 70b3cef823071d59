"""What is not in order is told with what to do about it."""

import dataclasses
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Account, Finding
from connectors.hubspot.connector import HubspotConnector
from tests.connectors.hubspot.desk import ACCOUNT, SENDER, THREADS, HubspotDesk, recorded


async def findings(account: Account = ACCOUNT) -> dict[str, Finding]:
    connector = HubspotConnector.connect(account)
    found = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return found


def with_options(**options: Any) -> Account:
    return dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})


@pytest.mark.usefixtures("calls")
class TestCheck:
    async def test_account_in_order_has_a_line_for_each_right(self) -> None:
        found = await findings()

        assert list(found) == [
            "credentials",
            "messages",
            "contacts",
            "tickets",
            "property ai_tags",
            "property ai_team",
            "routing",
            "stages",
            "owners",
            "sender",
            "webhook",
        ]
        assert all(finding.ok for finding in found.values())

    @pytest.mark.parametrize(
        ("missing", "subject"),
        [
            ("credentials", "credentials"),
            ("threads", "credentials"),
            ("messages", "messages"),
            ("contacts", "contacts"),
            ("tickets", "tickets"),
            ("ai_tags", "property ai_tags"),
            ("ai_team", "property ai_team"),
            ("pipelines", "stages"),
            ("owners", "owners"),
            ("sender", "sender"),
        ],
    )
    async def test_missing_right_is_the_one_line_that_is_not_ok(
        self, desk: HubspotDesk, missing: str, subject: str
    ) -> None:
        desk.missing.add(missing)

        wrong = [finding for finding in (await findings()).values() if not finding.ok]

        assert [finding.subject for finding in wrong] == [subject]
        assert wrong[0].remedy

    async def test_stage_that_no_pipeline_has_is_named(self) -> None:
        found = (await findings(with_options(stages={"solved": "99"})))["stages"]

        assert not found.ok
        assert "the stages 99" in found.detail

    async def test_what_no_rule_may_ask_for_is_told(self) -> None:
        found = (await findings(with_options(team_property=None, stages=None)))["routing"]

        assert found.ok
        assert "no option names teams or stages" in found.detail

    async def test_sender_that_is_no_agent_is_told(self, desk: HubspotDesk) -> None:
        actor = {**recorded("actor"), "type": "INTEGRATOR"}
        desk.scripted[f"GET /conversations/v3/conversations/actors/{SENDER}"] = 200, actor

        assert "is no agent" in (await findings())["sender"].detail

    async def test_account_that_cannot_reply_is_told_so(self) -> None:
        found = (await findings(with_options(sender_actor_id=None)))["sender"]

        assert found.ok
        assert "nothing can be sent" in found.detail

    async def test_property_that_keeps_no_words_is_told(self, desk: HubspotDesk) -> None:
        desk.scripted["GET /crm/v3/properties/tickets/ai_tags"] = 200, {**recorded("property"), "type": "number"}

        assert not (await findings())["property ai_tags"].ok

    async def test_account_without_a_thread_yet_is_in_order(self, desk: HubspotDesk) -> None:
        desk.scripted[f"GET {THREADS}"] = 200, {"results": []}

        found = await findings()

        assert all(finding.ok for finding in found.values())
        assert "there is no thread yet" in found["messages"].detail

    async def test_account_without_a_webhook_secret_is_told(self) -> None:
        found = await findings(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        assert "has no webhook_secret" in found["webhook"].detail

    async def test_admin_is_told_where_the_webhook_must_point(self) -> None:
        assert "points at https://gateway.example/webhooks/acme" in (await findings())["webhook"].detail

    async def test_it_only_reads(self, calls: CallList) -> None:
        await findings()

        assert {call.request.method for call in calls} == {"GET"}
