"""`check` tells each right, each name that this org lacks, and whether the callout points at us."""

from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Finding
from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.salesforce.desk import SalesforceDesk
from tests.connectors.salesforce.test_settings import account


async def found(secrets: dict[str, str] | None = None, **options: Any) -> dict[str, Finding]:
    connector = SalesforceConnector.connect(account(secrets, **options))
    findings = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return findings


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("options", "subject", "told"),
    [
        ({"integration_user_id": "0055g00000A0002AAB"}, "credentials", "but options.integration_user_id is"),
        ({"statuses": {"pending": "Waiting"}}, "routing", "no status or priority Waiting"),
        ({"priorities": {"urgent": "P1"}}, "routing", "no status or priority P1"),
        ({"tags_field": "Missing__c"}, "reading cases", "INVALID_FIELD"),
        ({"mark_field": "Missing__c"}, "drafts", "Missing__c"),
        ({"from_address": "nobody@acme.example"}, "replies", "no organization-wide address"),
        ({"public_url": "https://other.example"}, "events", "does not end in /webhooks/acme"),
    ],
)
async def test_what_does_not_fit_this_org_is_named(options: dict[str, Any], subject: str, told: str) -> None:
    finding = (await found(**options))[subject]

    assert not finding.ok
    assert told in finding.detail
    assert finding.remedy


@pytest.mark.usefixtures("calls")
async def test_an_account_that_only_notes_needs_few_rights(desk: SalesforceDesk) -> None:
    desk.missing |= {"updateable Case", "createable EmailMessage", "read OrgWideEmailAddress", "read Countersign__c"}

    findings = await found({"webhook_secret": ""}, email_drafts=False, from_address=None, routing=False)

    assert [finding for finding in findings.values() if not finding.ok] == []
    assert "by polling" in findings["events"].detail


@pytest.mark.usefixtures("calls")
async def test_an_org_without_a_case_proves_nothing(desk: SalesforceDesk) -> None:
    desk.tables["Case"].clear()

    assert not (await found())["reading cases"].ok


@pytest.mark.usefixtures("calls")
async def test_a_custom_setting_that_is_hidden_may_be_looked_at_by_a_person(desk: SalesforceDesk) -> None:
    desk.missing.add("read Countersign__c")

    assert "check_webhook: false" in str((await found())["events"].remedy)
    assert "events" not in await found(check_webhook=False)


async def test_check_writes_nothing(calls: CallList) -> None:
    await found()

    written = {call.request.url.path for call in calls if call.request.method != "GET"}
    assert written == {"/services/oauth2/token"}
