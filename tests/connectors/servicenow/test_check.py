"""`check` tells each right, and what of this instance would make an answer mean something else."""

from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Finding
from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.servicenow.desk import ServiceNowDesk
from tests.connectors.servicenow.test_settings import account


async def found(secrets: dict[str, str] | None = None, **options: Any) -> dict[str, Finding]:
    connector = ServiceNowConnector.connect(account(secrets, **options))
    findings = {finding.subject: finding for finding in await connector.check()}
    await connector.close()
    return findings


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("zone", ["", "Europe/Vienna"])
async def test_a_time_zone_in_which_polling_would_miss_something_is_told(desk: ServiceNowDesk, zone: str) -> None:
    desk.tables["sys_user"][0]["time_zone"] = zone

    finding = (await found())["time zone"]

    assert not finding.ok
    assert "GMT" in str(finding.remedy)


@pytest.mark.usefixtures("calls")
async def test_what_becomes_of_a_question_that_is_not_understood_is_told(desk: ServiceNowDesk) -> None:
    ignored = (await found())["questions"]
    desk.records.clear()
    empty = (await found())["questions"]

    assert (ignored.ok, empty.ok) == (True, True)
    assert "is ignored" in ignored.detail
    assert "finds nothing" in empty.detail


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("options", "subject", "told"),
    [
        ({"states": {"pending": "99"}}, "states", "no state 99"),
        ({"public_url": "https://other.example"}, "events", "does not end in /webhooks/acme"),
    ],
)
async def test_what_does_not_fit_this_instance_is_named(options: dict[str, Any], subject: str, told: str) -> None:
    finding = (await found(**options))[subject]

    assert not finding.ok
    assert told in finding.detail


@pytest.mark.usefixtures("calls")
async def test_a_rule_that_is_not_active_is_told(desk: ServiceNowDesk) -> None:
    desk.tables["sys_script"][0]["active"] = "false"

    assert "no active business rule" in (await found())["events"].detail


@pytest.mark.usefixtures("calls")
async def test_the_rule_may_be_looked_at_by_a_person(desk: ServiceNowDesk) -> None:
    desk.missing |= {"read sys_script", "see sys_properties"}

    assert "check_webhook: false" in str((await found())["events"].remedy)
    assert "events" not in await found(check_webhook=False)
    assert "by polling" in (await found({"webhook_secret": ""}))["events"].detail


@pytest.mark.usefixtures("calls")
async def test_another_role_is_no_agents_role(desk: ServiceNowDesk) -> None:
    desk.tables["sys_user_has_role"] = [row for row in desk.tables["sys_user_has_role"] if row["role.name"] != "itil"]

    assert "itil" in str((await found())["roles"].remedy)


async def test_check_only_reads(calls: CallList) -> None:
    await found()

    assert {call.request.method for call in calls} == {"GET"}
