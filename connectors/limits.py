"""How many calls a help desk still allows, so that its limit is honoured before it is hit."""

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from connectors.values import moment

EVERY_CALL = ""  # the scope of a budget that counts all calls of the account
LONGEST_PAUSE = 60.0  # seconds; a header that we misread never stops an account for longer
UNTOLD_RESET = 10.0  # seconds to wait where a vendor says that nothing is left, but not until when
LONGEST_STOP = 3600.0  # seconds that a Retry-After stops an account; after that a call asks again
LONGEST_WAIT = 86_400.0  # seconds; a Retry-After beyond a day is taken as a day

REMAINING = (
    "ratelimit-remaining",
    "x-rate-limit-remaining",
    "x-ratelimit-remaining",
    "x-ratelimit-remaining-minute",  # Help Scout
)
TOTAL = (
    "ratelimit-limit",
    "x-rate-limit",
    "x-ratelimit-limit",
    "x-rate-limit-limit",
    "x-ratelimit-total",  # Freshdesk
    "x-ratelimit-limit-minute",  # Help Scout
)
RESET = ("ratelimit-reset", "x-rate-limit-reset", "x-ratelimit-reset")
USED = re.compile(r"api-usage=(\d{1,9})/(\d{1,9})", re.ASCII)  # Salesforce, of the last 24 hours
HUBSPOT = "x-hubspot-ratelimit-"
NAMED = re.compile(r"total=(\d{1,9});\s*remaining=(\d{1,9});\s*resets=(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls that are left in a window. `scope`: `EVERY_CALL`, or one endpoint. `resets_in` in seconds."""

    scope: str
    remaining: int
    resets_in: float
    total: int | None = None
    name: str = ""


class Limits(Protocol):
    """The budgets of one account. Each worker may keep its own, or all share one that outlives the process."""

    async def ask(self, endpoint: str) -> float:
        """Seconds to wait before a call to the endpoint; 0 means go, and counts the call."""

    async def tell(self, budgets: Sequence[Budget]) -> None:
        """What an answer said is left."""

    async def stop(self, seconds: float) -> None:
        """The help desk wants no call for so long."""


@dataclass(slots=True)
class _Window:
    left: int
    until: float
    kept_free: int


class LocalLimits:
    """The budgets as this process saw them last. A few calls stay unused, for workers that ask at the same time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}
        self._stopped_until = float("-inf")

    async def ask(self, endpoint: str) -> float:
        now = self._clock()
        self._windows = {key: window for key, window in self._windows.items() if window.until > now}
        open_windows = [window for (scope, _), window in self._windows.items() if scope in (EVERY_CALL, endpoint)]
        used_up = (window.until - now for window in open_windows if window.left <= window.kept_free)
        wait = max((*used_up, self.stopped_for()))
        if wait == 0.0:
            for window in open_windows:
                window.left -= 1
        return wait

    async def tell(self, budgets: Sequence[Budget]) -> None:
        for budget in budgets:
            self._windows[budget.scope, budget.name] = _Window(
                left=budget.remaining,
                until=self._clock() + min(budget.resets_in, LONGEST_PAUSE),
                kept_free=min((budget.total or 0) // 20, 10),
            )

    async def stop(self, seconds: float) -> None:
        self._stopped_until = max(self._stopped_until, self._clock() + min(seconds, LONGEST_STOP))

    def stopped_for(self) -> float:
        """Seconds until the help desk takes calls again."""
        return max(self._stopped_until - self._clock(), 0.0)

    def used_up_for(self) -> float:
        """Seconds until a budget that counts every call, and has nothing left, begins anew."""
        now = self._clock()
        every = (window for (scope, _), window in self._windows.items() if scope == EVERY_CALL)
        return max((window.until - now for window in every if window.left <= window.kept_free), default=0.0)


def budgets(headers: Mapping[str, str], endpoint: str) -> list[Budget]:
    """What an answer tells about limits: the usual headers, and those of Zendesk, Salesforce and HubSpot.

    `headers` find a name in any case, as httpx's do. A header that counts one endpoint binds that endpoint alone.
    """
    found = [
        Budget(endpoint, int(named[2]), float(named[3]), int(named[1]), name)
        for name, value in headers.items()
        if (named := NAMED.fullmatch(value.strip()))
    ]
    if used := USED.match(headers.get("sforce-limit-info", "")):
        allowed = int(used[2])
        found.append(Budget(EVERY_CALL, max(0, allowed - int(used[1])), LONGEST_PAUSE, allowed))
    found += _of_some_seconds_and_of_a_day(headers)
    remaining = _number(headers, REMAINING)
    if remaining is not None:
        total = _number(headers, TOTAL)
        found.append(Budget(EVERY_CALL, int(remaining), _until_reset(headers), None if total is None else int(total)))
    return found


def _of_some_seconds_and_of_a_day(headers: Mapping[str, str]) -> list[Budget]:
    """HubSpot counts both, and says how long the shorter window is, not when it ends."""
    told = (
        ("interval", f"{HUBSPOT}remaining", f"{HUBSPOT}max", _number(headers, [f"{HUBSPOT}interval-milliseconds"])),
        ("day", f"{HUBSPOT}daily-remaining", f"{HUBSPOT}daily", LONGEST_PAUSE * 1000),
    )
    found = []
    for name, remaining, total, milliseconds in told:
        left, allowed = _number(headers, [remaining]), _number(headers, [total])
        if left is not None:
            seconds = UNTOLD_RESET if milliseconds is None else milliseconds / 1000
            found.append(Budget(EVERY_CALL, int(left), seconds, None if allowed is None else int(allowed), name))
    return found


def answered_at(headers: Mapping[str, str]) -> datetime:
    """When an answer was given, by the clock of whoever gave it (RFC 9110, 6.6.1), whose dates are told by that clock
    too: ours may be an hour off. By ours where it does not say."""
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return datetime.now(UTC)
    return told if told.tzinfo else datetime.now(UTC)


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait, from either form of Retry-After (RFC 9110, 10.2.3); None where it makes no sense."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None


def _until_reset(headers: Mapping[str, str]) -> float:
    """Seconds; vendors send either those, or the time of the reset, as a Unix time or as ISO 8601."""
    reset, now = _number(headers, RESET), answered_at(headers).timestamp()
    if reset is None:
        times = (moment(headers[name]) for name in RESET if name in headers)
        at = next((one for one in times if one), None)
        return UNTOLD_RESET if at is None else max(0.0, at.timestamp() - now)
    return max(0.0, reset - now) if reset > 1_000_000_000 else reset


def _number(headers: Mapping[str, str], names: Sequence[str]) -> float | None:
    for name in names:
        try:
            value = float(headers[name])
        except (KeyError, ValueError):
            continue
        if math.isfinite(value) and value >= 0:
            return value
    return None
