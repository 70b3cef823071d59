"""Walks a route: the candidates in order, each with its short repeat, until one answers."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt

from gateway.ledger.attempt import AttemptStarted
from gateway.ledger.budgets import BudgetUsedUp
from gateway.ledger.gate import Shut
from gateway.models.asking import Asking, Spending
from gateway.models.attempts import NOTHING, Attempted, attempt
from gateway.models.calls import Answer
from gateway.models.errors import ModelsBusy, ModelsFailed, OverBudget, Refusal
from gateway.models.failures import SHORT_WAIT_S, Failure, FailureKind
from gateway.models.profile import Profile
from gateway.models.route import Candidate, Form, Route

FIRST_WAIT_S = 0.3  # before a repeat that the provider named no time for
SHORTEST_WAIT_S = 0.05
BUSY_S = 10.0  # when to try again where nobody named a time
MONEY = {FailureKind.NO_PRICE, FailureKind.OVER_BUDGET}


@dataclass(frozen=True, slots=True)
class Walk:
    """One question on its way down one route."""

    litellm: Any
    asking: Asking
    route: Route
    spending: Spending
    profile_of: Callable[[Candidate], Profile]

    async def answer(self) -> tuple[Answer, Profile]:
        """The first answer and who gave it; ModelsBusy, ModelsFailed or OverBudget if there is none."""
        failures: list[tuple[Candidate, Failure]] = []
        for place, candidate in enumerate(self.route.candidates):
            try:
                profile = self.profile_of(candidate)
            except Exception:  # litellm's, and it does not say which: the name means nothing to it
                failures.append((candidate, Failure(FailureKind.NO_MODEL)))
                continue
            failure = self.spending.refusal(self.route, self.asking.bound(profile))
            if failure is None:
                attempted = await self.repeated(profile, place)
                if attempted.answer is not None:
                    return attempted.answer, profile
                failure = attempted.failure or Failure(FailureKind.INTERNAL)
            failures.append((candidate, failure))
        raise nobody(self.route, failures, self.spending.used_up)

    async def repeated(self, profile: Profile, place: int) -> Attempted:
        """The same candidate until it answers, or a repeat is not worth it or not allowed."""
        tried = 0

        async def once() -> Attempted:
            nonlocal tried
            attempted = await self.once(profile, place, retry=tried)
            tried += 1
            if refuses_format(attempted, profile, self.asking):
                profile.form = Form.PROMPT  # from now on this model is asked by words alone
                attempted = await self.once(profile, place, retry=tried)
                tried += 1
            return attempted

        def again(attempted: Attempted) -> bool:
            failure = attempted.failure
            affordable = self.spending.refusal(self.route, self.asking.bound(profile)) is None
            return failure is not None and failure.worth_a_repeat and affordable

        return await AsyncRetrying(
            stop=stop_after_attempt(1 + profile.candidate.retries),
            retry=retry_if_result(again),
            wait=pause,
            retry_error_callback=last_result,
        )(once)

    async def once(self, profile: Profile, place: int, retry: int) -> Attempted:
        """One call. A provider that is to be left alone for a moment is waited for; for longer, it is skipped."""
        patience = SHORT_WAIT_S
        while True:
            try:
                return await self.called(profile, place, retry)
            except Shut as shut:
                if shut.circuit or shut.wait > patience:
                    kind = FailureKind.CIRCUIT_OPEN if shut.circuit else FailureKind.NOT_YET
                    self.spending.skipped.append(Refusal(profile.candidate.model, kind))
                    return Attempted(None, None, Failure(kind, round(shut.wait, 1), shut=True), NOTHING)
                wait = max(shut.wait, SHORTEST_WAIT_S)
                patience -= wait
                await asyncio.sleep(wait)

    async def called(self, profile: Profile, place: int, retry: int) -> Attempted:
        """One call, with whatever `before_call` wants to say first. Raises Shut."""
        await self.asking.before_call()
        bound = self.asking.bound(profile)
        row = AttemptStarted(
            run_id=self.spending.run_id,
            number=self.spending.number + 1,
            purpose=self.asking.purpose,
            route=self.route.name,
            provider=profile.provider,
            model=profile.model,
            prompt=self.asking.prompt,
            prompt_version=self.asking.prompt_version,
            retry=retry,
            fallback=place,
            streamed=profile.streamed,
            started_at=datetime.now(UTC),
            bound_usd=bound,
            origin=self.asking.origin,
            gate=self.asking.gate(profile),
        )
        options = self.asking.options(profile, self.route.temperature)
        try:
            attempted = await attempt(self.litellm, profile, self.asking.messages, options, self.asking.log, row)
        except BudgetUsedUp as refused:
            self.spending.used_up.update(refused.budgets)
            why = FailureKind.NO_PRICE if bound is None else FailureKind.OVER_BUDGET
            return Attempted(None, None, Failure(why), NOTHING)
        assert attempted.attempt_id is not None
        self.spending.number += 1
        self.spending.settle(attempted.attempt_id, attempted, bound)
        return attempted


def refuses_format(attempted: Attempted, profile: Profile, asking: Asking) -> bool:
    """Whether the call was turned away and it may be because of the response format."""
    bad = attempted.failure is not None and attempted.failure.kind is FailureKind.BAD_REQUEST
    return bad and bool(asking.formats.get(profile.form))


def nobody(
    route: Route, failures: Sequence[tuple[Candidate, Failure]], used_up: Collection[str]
) -> ModelsFailed | ModelsBusy:
    """The error for a route on which nobody answered."""
    refusals = [Refusal(candidate.model, failure.kind.value) for candidate, failure in failures]
    passing = [(candidate, failure) for candidate, failure in failures if failure.may_pass]
    if passing:
        wait = min((failure.retry_after for _, failure in passing if failure.retry_after is not None), default=BUSY_S)
        shut = [candidate.key for candidate, _ in passing] if all(failure.shut for _, failure in passing) else ()
        return ModelsBusy(route.name, wait, refusals, shut)
    if failures and all(failure.kind in MONEY for _, failure in failures):
        return OverBudget(route.name, refusals, used_up)
    return ModelsFailed(route.name, refusals)


def pause(state: RetryCallState) -> float:
    """Seconds before a repeat: what the provider asked for, else a little more each time."""
    attempted: Attempted | None = state.outcome.result() if state.outcome else None
    told = attempted.failure.retry_after if attempted and attempted.failure else None
    return FIRST_WAIT_S * 2 ** (state.attempt_number - 1) if told is None else told


def last_result(state: RetryCallState) -> Any:
    """What the last try gave, when there will be no other."""
    return state.outcome.result() if state.outcome else None
