"""How it fails: every verb speaks `connectors.errors`, whatever the vendor or the network does."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from connectors import leaving
from connectors.contract import Account, Connector, InternalNote
from connectors.errors import (
    AuthFailed,
    ConnectorError,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
    WriteConflict,
)
from connectors.limits import LocalLimits
from tests.connectors.line import Fault, Line, answers, fails_with
from tests.connectors.questions import Questions, Verb

REFUSALS: dict[int, type[ConnectorError]] = {
    302: Rejected,
    400: Rejected,
    401: AuthFailed,
    403: AuthFailed,
    404: NotFound,
    409: WriteConflict,
    410: NotFound,
    412: WriteConflict,
    413: Rejected,
    422: Rejected,
    429: RateLimited,
    500: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
    520: Unavailable,  # a proxy's own, before the vendor
    529: Unavailable,
}
UNREADABLE = {
    "HTML page": answers(200, b"<!doctype html><title>Sign in</title>", content_type="text/html"),
    "truncated JSON": answers(200, b'{"data":[{"id":"1","text":"cut he'),
    "another document": answers(200, b'{"surprise":[]}'),
}
UNREACHABLE = {
    "refused": fails_with(httpx.ConnectError),
    "connect time-out": fails_with(httpx.ConnectTimeout),
    "no free connection": fails_with(httpx.PoolTimeout),
}
BROKEN = {
    "read time-out": fails_with(httpx.ReadTimeout),
    "write time-out": fails_with(httpx.WriteTimeout),
    "reset": fails_with(httpx.ReadError),
    "cut off": fails_with(httpx.RemoteProtocolError),
}
EVERY_FAULT: dict[str, Fault] = {
    **{str(status): answers(status) for status in REFUSALS},
    **UNREADABLE,
    **UNREACHABLE,
    **BROKEN,
}


class TooLate(Exception):
    """What another process has taken over is not this one's to write."""


def named(faults: dict[str, Fault]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", faults.values(), ids=faults.keys())


class FailurePromises(Questions):
    @pytest.mark.parametrize(("status", "expected"), REFUSALS.items())
    async def test_every_verb_translates_a_refusal(
        self, connector: Connector, line: Line, status: int, expected: type[ConnectorError]
    ) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(answers(status, location="https://elsewhere.example/"))

        for name, verb in self.verbs(connector, ticket).items():
            error = await error_of(verb, name)
            assert (type(error), error.status) == (expected, status), name

    @pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
    async def test_an_error_page_in_html_means_what_its_status_says(
        self, connector: Connector, line: Line, status: int
    ) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(answers(status, b"<!doctype html><title>Oh no</title>", content_type="text/html"))

        for name, verb in self.verbs(connector, ticket).items():
            error = await error_of(verb, name)
            assert (type(error), error.status) == (REFUSALS[status], status), name

    async def test_too_many_calls_without_a_time_to_wait_name_none(self, connector: Connector, line: Line) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(answers(429))

        for name, verb in self.verbs(connector, ticket).items():
            error = await error_of(verb, name)
            assert isinstance(error, RateLimited), name
            assert error.retry_after is None or error.retry_after > 0, name

    async def test_a_redirect_is_not_followed(self, connector: Connector, line: Line) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.forget()
        line.breaks(answers(307, location="https://elsewhere.example/"))

        for name, verb in self.verbs(connector, ticket).items():
            await error_of(verb, name)

        assert {request.url.host for request in line.requests} == {httpx.URL(self.account.base_url).host}

    @pytest.mark.parametrize("status", [429, 503])
    async def test_a_time_to_wait_is_passed_on(self, connector: Connector, line: Line, status: int) -> None:
        ticket = await connector.fetch(self.ticket_id)
        in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)

        for name in self.verbs(connector, ticket):
            for told, least, most in (("7", 7, 7), (in_a_minute, 50, 60)):
                line.breaks(answers(status, retry_after=told))
                fresh = self.connect()  # one that was told would not call again
                error = await error_of(self.verbs(fresh, ticket)[name], name)
                await fresh.close()

                assert isinstance(error, RateLimited | Unavailable)
                assert least <= (error.retry_after or 0) <= most, name

    @pytest.mark.parametrize("status", [429, 503])
    async def test_no_call_is_made_before_the_time_that_was_told(
        self, connector: Connector, line: Line, status: int
    ) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(answers(status, retry_after="30"))
        await error_of(lambda: connector.fetch(self.ticket_id), "fetch")
        made = len(line.requests)

        for name in ("fetch", *self.writes(connector, ticket)):
            error = await error_of(self.verbs(connector, ticket)[name], name)
            assert isinstance(error, RateLimited), name
            assert 25 < (error.retry_after or 0) <= 30, name

        assert len(line.requests) == made

    async def test_a_pause_that_another_worker_was_told_of_is_kept(self, connector: Connector, line: Line) -> None:
        limits = LocalLimits()
        told = type(connector).connect(replace(self.account, allow_private_network=True), limits)
        await limits.stop(30)
        made = len(line.requests)

        assert isinstance(await error_of(lambda: told.fetch(self.ticket_id), "fetch"), RateLimited)

        assert len(line.requests) == made
        await told.close()

    @named({**UNREADABLE, **UNREACHABLE, **BROKEN})
    async def test_every_verb_is_unavailable_when_no_sense_comes_back(
        self, connector: Connector, line: Line, fault: Fault
    ) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(fault)

        for name, verb in self.verbs(connector, ticket).items():
            assert isinstance(await error_of(verb, name), Unavailable), name

    @named({**UNREADABLE, **BROKEN, "500": answers(500), "502": answers(502), "503": answers(503)})
    async def test_a_write_without_a_clear_answer_may_be_stored(
        self, connector: Connector, line: Line, fault: Fault
    ) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(fault)

        for name, verb in self.writes(connector, ticket).items():
            error = await error_of(verb, name)
            assert isinstance(error, Unavailable)
            assert error.may_be_stored, name

    @named({**UNREACHABLE, "503 with a time": answers(503, retry_after="5")})
    async def test_a_write_that_never_began_is_not_stored(self, connector: Connector, line: Line, fault: Fault) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(fault)

        for name in self.writes(connector, ticket):
            fresh = self.connect()  # one that was told a time would not call again
            error = await error_of(self.writes(fresh, ticket)[name], name)
            await fresh.close()
            assert isinstance(error, Unavailable)
            assert not error.may_be_stored, name

    async def test_a_write_that_may_not_leave_any_more_does_not(self, connector: Connector, line: Line) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.forget()

        async def refuses() -> None:
            raise TooLate

        for name, verb in self.writes(connector, ticket).items():
            with leaving.asked(refuses), pytest.raises(TooLate):
                await verb()
            assert {request.method for request in line.requests} <= {"GET"}, name

    async def test_a_write_whose_answer_is_lost_is_found_by_its_mark(self, connector: Connector, line: Line) -> None:
        for kind in self.actions(connector):
            ticket = await connector.fetch(self.ticket_id)
            action = self.action(kind, f"Stored, but nobody was told: {kind.__name__}.")
            line.loses_answers()

            with pytest.raises(Unavailable) as caught:
                await connector.write(ticket, action)
            line.is_mended()

            assert caught.value.may_be_stored
            assert await connector.find_mark(self.ticket_id, action.mark) is not None, kind.__name__

    async def test_a_write_is_tried_once(self, connector: Connector, line: Line) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(answers(500))

        for name, verb in self.writes(connector, ticket).items():
            line.forget()
            await error_of(verb, name)
            assert len(line.requests) == 1, name

    async def test_a_page_that_fails_never_passes_for_the_end(self, connector: Connector, line: Line) -> None:
        await connector.fetch(self.long_ticket_id)  # what is asked once only, such as who we are, is known from here
        line.forget()
        await connector.fetch(self.long_ticket_id)
        calls = len(line.requests)
        assert calls > 1, "the thread needs more than one page for this to prove anything"

        for sound in range(calls):
            line.breaks(answers(500), after=sound)
            with pytest.raises(Unavailable):
                await connector.fetch(self.long_ticket_id)

    @pytest.mark.parametrize("what", ["articles", "history"])
    async def test_a_page_that_fails_ends_no_list_early(self, connector: Connector, line: Line, what: str) -> None:
        ticket = await connector.fetch(self.ticket_id)
        verb = self.verbs(connector, ticket).get(what)
        if verb is None:
            pytest.skip(f"{connector.name} has no {what}")
        await verb()  # what is asked once only is known from here
        line.forget()
        await verb()

        for sound in range(len(line.requests)):
            line.breaks(answers(500), after=sound)
            assert isinstance(await error_of(verb, what), Unavailable)

    @pytest.mark.parametrize("name", EVERY_FAULT)
    async def test_no_error_and_no_finding_tells_a_secret(self, connector: Connector, line: Line, name: str) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(EVERY_FAULT[name])

        said = [repr(await error_of(verb, what)) for what, verb in self.verbs(connector, ticket).items()]
        said += [repr(finding) for finding in await connector.check()]

        assert not [secret for secret in told_apart(self.account) if any(secret in text for text in said)]

    async def test_check_finds_everything_in_order(self, connector: Connector) -> None:
        findings = await connector.check()

        assert findings
        assert [finding for finding in findings if not finding.ok] == []

    async def test_check_changes_nothing(self, connector: Connector, line: Line) -> None:
        before = await connector.fetch(self.ticket_id)

        await connector.check()

        assert await connector.fetch(self.ticket_id) == before
        assert not any(self.customer_would_see(request) for request in line.requests)

    async def test_check_tells_a_missing_right_and_what_to_do(self, connector: Connector, right: str) -> None:
        self.take_away(right)

        missing = [finding for finding in await connector.check() if not finding.ok]

        assert missing
        assert all(finding.remedy for finding in missing)

    @pytest.mark.parametrize("name", EVERY_FAULT)
    async def test_check_tells_of_a_failure_instead_of_raising(
        self, connector: Connector, line: Line, name: str
    ) -> None:
        line.breaks(EVERY_FAULT[name])

        missing = [finding for finding in await connector.check() if not finding.ok]

        assert missing
        assert all(finding.remedy for finding in missing)

    async def test_a_note_after_a_failure_goes_through(self, connector: Connector, line: Line) -> None:
        ticket = await connector.fetch(self.ticket_id)
        line.breaks(fails_with(httpx.ConnectError))
        await error_of(lambda: connector.write(ticket, self.action(InternalNote)), "write")
        line.is_mended()

        assert (await connector.write(ticket, self.action(InternalNote))).entry_id


async def error_of(verb: Verb, name: str) -> ConnectorError:
    """The error that a verb raises, which is one of ours."""
    try:
        await verb()
    except ConnectorError as error:
        return error
    raise AssertionError(f"{name} did not notice the failure")


def told_apart(account: Account) -> list[str]:
    """The secrets, and what a header would make of them."""
    return [form for value in account.secrets.values() for form in (value, base64.b64encode(value.encode()).decode())]
