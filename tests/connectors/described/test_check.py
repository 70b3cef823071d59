"""What `check` says besides the lines of the description."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import respx

from connectors.contract import Finding
from tests.connectors.described.describing import GONE, connect
from tests.connectors.described.inhouse.desk import HOOK, InhouseDesk
from tests.connectors.line import Line


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line(InhouseDesk("4711", "4712", 3).answer)
    with respx.mock as router:
        router.route().mock(side_effect=line)
        yield line


def wrong(findings: list[Finding]) -> dict[str, str | None]:
    return {finding.subject: finding.remedy for finding in findings if not finding.ok}


async def test_who_we_are_is_told_and_compared(tmp_path: Path, line: Line) -> None:
    assert (await connect(tmp_path).check())[0].detail == "signed in as user 99"
    assert wrong(await connect(tmp_path, options={"integration_user_id": 99}).check()) == {}
    assert "99" in str(wrong(await connect(tmp_path, options={"integration_user_id": 12}).check())["integration user"])


async def test_a_call_that_several_lines_look_at_is_made_once(tmp_path: Path, line: Line) -> None:
    await connect(tmp_path, me=GONE, words__role={"bot": "integration"}).check()

    assert [request.url.path for request in line.requests] == ["/rest/v2/whoami", "/rest/v2/hooks"]


async def test_the_webhook_must_lead_to_this_account(tmp_path: Path, line: Line) -> None:
    ours = HOOK.removesuffix("/webhooks/acme")

    assert wrong(await connect(tmp_path, options={"public_url": ours}).check()) == {}
    assert "webhook" in wrong(await connect(tmp_path, options={"public_url": "https://other.example"}).check())


async def test_what_is_expected_must_be_true_and_not_merely_there(tmp_path: Path, line: Line) -> None:
    look = {"subject": "rights", "request": "GET /rest/v2/whoami", "expect": "rights", "remedy": "Give some"}

    assert wrong(await connect(tmp_path, check=[look]).check()) == {"rights": "Give some"}
