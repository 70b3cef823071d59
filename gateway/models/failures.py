"""What went wrong with a call, in one word, and whether anything is owed for it and a repeat makes sense.

litellm folds most faults into a few classes, so the chain of causes is read too: only an answered request has an
`HTTPStatusError` in it, and only one that never left has a connection error.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from connectors.limits import answered_at
from gateway.ledger.attempt import AttemptOutcome
from gateway.ledger.gate import Heard

SHORT_WAIT_S = 2.0  # the longest that a call waits for itself; anything longer is the caller's to schedule
LONGEST_RETRY_AFTER_S = 3600.0


class FailureKind(StrEnum):
    """One word for the ledger."""

    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    DROPPED = "dropped"
    REFUSED = "refused"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    PROMPT_TOO_LONG = "prompt_too_long"
    NO_QUOTA = "no_quota"
    AUTH = "auth"
    NO_MODEL = "no_model"
    BAD_REQUEST = "bad_request"
    INTERNAL = "internal"
    NO_PRICE = "no_price"  # not called: the route has a budget and this model no price
    OVER_BUDGET = "over_budget"  # not called: its bound does not fit
    CIRCUIT_OPEN = "circuit_open"  # not called: too many calls in a row have failed
    NOT_YET = "not_yet"  # not called: a Retry-After or a declared limit is not over


MAY_PASS = {
    FailureKind.TIMEOUT,
    FailureKind.RATE_LIMITED,
    FailureKind.OVERLOADED,
    FailureKind.UNAVAILABLE,
    FailureKind.UNREACHABLE,
    FailureKind.DROPPED,
    FailureKind.CIRCUIT_OPEN,
    FailureKind.NOT_YET,
}
SKIPPED = {FailureKind.CIRCUIT_OPEN, FailureKind.NOT_YET}
# Nobody answered who could have: ten of these in a row, and the provider is left alone.
SILENT = MAY_PASS - SKIPPED - {FailureKind.RATE_LIMITED}
# These tell nothing of it: a wrong key, no money, and what went wrong on our side.
UNTELLING = {FailureKind.AUTH, FailureKind.NO_QUOTA, FailureKind.INTERNAL}
# A repeat of the same call at once. A timeout is not among them: it has cost the time already.
WORTH_A_REPEAT = MAY_PASS - SKIPPED - {FailureKind.TIMEOUT}
# Turned away before any work was done: no provider bills for these.
NOT_BILLED = {
    FailureKind.RATE_LIMITED,
    FailureKind.OVERLOADED,
    FailureKind.UNREACHABLE,
    FailureKind.PROMPT_TOO_LONG,
    FailureKind.NO_QUOTA,
    FailureKind.AUTH,
    FailureKind.NO_MODEL,
    FailureKind.BAD_REQUEST,
}

_BY_STATUS = {
    400: FailureKind.BAD_REQUEST,
    401: FailureKind.AUTH,
    403: FailureKind.AUTH,
    404: FailureKind.NO_MODEL,
    408: FailureKind.TIMEOUT,
    413: FailureKind.PROMPT_TOO_LONG,
    422: FailureKind.BAD_REQUEST,
    429: FailureKind.RATE_LIMITED,
    503: FailureKind.OVERLOADED,
    504: FailureKind.TIMEOUT,
    529: FailureKind.OVERLOADED,  # Anthropic: overloaded_error
}
_BY_CLASS = {
    "ContentPolicyViolationError": FailureKind.REFUSED,
    "ContextWindowExceededError": FailureKind.PROMPT_TOO_LONG,
    "UnsupportedParamsError": FailureKind.BAD_REQUEST,
    "Timeout": FailureKind.TIMEOUT,
    "TimeoutError": FailureKind.TIMEOUT,
}
_NEVER_LEFT = {"ConnectError", "ConnectTimeout", "ClientConnectorError", "ClientConnectorDNSError", "gaierror"}
_LINE_LOST = {
    "ClientConnectionResetError",
    "ClientOSError",
    "ClientPayloadError",
    "ConnectionResetError",
    "ReadError",
    "RemoteProtocolError",
    "ServerDisconnectedError",
    "WriteError",
}
_NO_ANSWER = "JSONDecodeError"  # a proxy's page, or nothing at all, where an answer belongs
_REPEATS = "repeating the same chunk"  # litellm's own guard against a model that loops
_NO_KEY = ("api key", "api_key", "credential")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call gave nothing. `retry_after` in seconds, where the provider named it. `shut`: nobody is to call it now,
    so that a repeat would not be a call."""

    kind: FailureKind
    retry_after: float | None = None
    shut: bool = False

    @property
    def outcome(self) -> AttemptOutcome:
        """The word for the ledger's outcome."""
        special = {FailureKind.TIMEOUT: AttemptOutcome.TIMEOUT, FailureKind.REFUSED: AttemptOutcome.REFUSED}
        return special.get(self.kind, AttemptOutcome.ERROR)

    @property
    def heard(self) -> Heard | None:
        """What it tells of the provider. One that names a time is there, and asks to be left alone."""
        if self.kind in SILENT or (self.kind is FailureKind.RATE_LIMITED and self.retry_after is None):
            return Heard.FAILED
        return None if self.kind in UNTELLING or self.kind is FailureKind.RATE_LIMITED else Heard.ANSWERED

    @property
    def may_pass(self) -> bool:
        """Whether the same call may work later."""
        return self.kind in MAY_PASS

    @property
    def worth_a_repeat(self) -> bool:
        """Whether the same call is made once more right away."""
        return self.kind in WORTH_A_REPEAT and (self.retry_after or 0.0) <= SHORT_WAIT_S

    @property
    def billed(self) -> bool:
        """False where it is sure that nothing is owed."""
        return self.kind not in NOT_BILLED


class CallFailed(Exception):
    """A call ended with a failure. It never leaves this package, and never carries a provider's text."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.kind.value)


def classify(error: Exception) -> Failure:
    """The failure that an exception of litellm stands for."""
    names = [type(link).__name__ for link in chain(error)]
    if kind := _BY_CLASS.get(names[0]):
        return Failure(kind, retry_after(error))
    if _NEVER_LEFT.intersection(names):
        return Failure(FailureKind.UNREACHABLE)
    if names[0] == "MidStreamFallbackError":
        return Failure(FailureKind.TOO_LONG if _REPEATS in str(error) else FailureKind.DROPPED)
    if _LINE_LOST.intersection(names):
        return Failure(FailureKind.DROPPED)
    if _NO_ANSWER in names:
        return Failure(FailureKind.UNAVAILABLE)
    answered = any(name.endswith("HTTPStatusError") for name in names)
    return Failure(by_status(error, answered), retry_after(error))


def by_status(error: Exception, answered: bool) -> FailureKind:
    """The word for a status. One of 500 that no server sent is litellm's own word for whatever went wrong in it."""
    status = getattr(error, "status_code", None)
    if not isinstance(status, int) or (status == 500 and not answered):
        no_key = any(word in str(error).lower() for word in _NO_KEY)
        return FailureKind.AUTH if no_key else FailureKind.INTERNAL
    if status == 429 and "insufficient_quota" in str(error):  # OpenAI: waiting does not help, paying does
        return FailureKind.NO_QUOTA
    return _BY_STATUS.get(status, FailureKind.UNAVAILABLE if status >= 500 else FailureKind.BAD_REQUEST)


def chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what caused it, at most eight links."""
    link: BaseException | None = error
    for _ in range(8):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def retry_after(error: Exception) -> float | None:
    """The provider's Retry-After in seconds: a number or a date, RFC 9110 section 10.2.3. None: not told."""
    headers = getattr(error, "litellm_response_headers", None) or {}
    told = headers.get("retry-after")
    if not told:
        return None
    try:
        seconds = float(told)
    except ValueError:
        seconds = seconds_until(told, answered_at(headers))
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S) if seconds == seconds else None  # NaN is not equal to itself


def seconds_until(date: str, now: datetime) -> float:
    """Seconds until an HTTP date; NaN where it is none."""
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return float("nan")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
