"""Retry-After, and whether a failure costs, passes, or is worth a repeat."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from gateway.ledger.attempt import AttemptOutcome
from gateway.models.failures import Failure, FailureKind, classify, retry_after


class Answered(Exception):
    """An error as litellm raises it, with headers and a status."""

    def __init__(self, told: str, status: int = 429, message: str = "") -> None:
        self.litellm_response_headers = {"retry-after": told}
        self.status_code = status
        super().__init__(message)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("12", 12.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("999999", 3600.0),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Thu, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_in_seconds_is_bounded(told: str, seconds: float | None) -> None:
    assert retry_after(Answered(told)) == seconds


def test_retry_after_may_be_a_date() -> None:
    seconds = retry_after(Answered(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)))

    assert seconds is not None
    assert 85 < seconds <= 90


def test_a_date_is_held_against_the_clock_of_the_provider_and_not_ours() -> None:
    theirs = datetime.now(UTC) - timedelta(hours=1)
    error = Answered(format_datetime(theirs + timedelta(seconds=90), usegmt=True))
    error.litellm_response_headers["date"] = format_datetime(theirs, usegmt=True)

    assert retry_after(error) == 90


def test_a_quota_that_is_used_up_is_no_reason_to_wait() -> None:
    failure = classify(Answered("5", 429, "insufficient_quota"))

    assert failure.kind is FailureKind.NO_QUOTA
    assert not failure.may_pass


def test_a_bug_inside_litellm_is_not_repeated() -> None:
    failure = classify(AttributeError("x"))

    assert (failure.kind, failure.may_pass, failure.billed) == (FailureKind.INTERNAL, False, True)


def test_a_timeout_may_pass_but_is_not_repeated_at_once_and_may_have_cost() -> None:
    failure = Failure(FailureKind.TIMEOUT)

    assert (failure.may_pass, failure.worth_a_repeat, failure.billed) == (True, False, True)
    assert failure.outcome is AttemptOutcome.TIMEOUT


@pytest.mark.parametrize(("told", "repeats"), [(None, True), (1.0, True), (2.5, False)])
def test_only_a_short_wait_is_repeated_at_once(told: float | None, repeats: bool) -> None:
    assert Failure(FailureKind.RATE_LIMITED, told).worth_a_repeat is repeats


def test_a_page_of_a_proxy_where_an_answer_belongs_may_pass_and_may_have_cost() -> None:
    try:
        json.loads("<html>Bad gateway</html>")
    except ValueError as cause:
        error = Answered("", 500)
        error.__cause__ = cause

    failure = classify(error)

    assert (failure.kind, failure.worth_a_repeat, failure.billed) == (FailureKind.UNAVAILABLE, True, True)
