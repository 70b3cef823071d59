"""Asks the models of a route for a draft, finds its structure, and has it repaired once where there is none."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.ledger.attempt import AttemptLog, Purpose
from gateway.models import engine
from gateway.models.asking import Asking, BeforeCall, Spending
from gateway.models.calls import Answer, Message
from gateway.models.errors import ModelError, OverBudget
from gateway.models.marks import read_marks
from gateway.models.profile import Profile, profile_of
from gateway.models.prompts import PromptFile
from gateway.models.reply import ModelReply, ReplyForm
from gateway.models.request import DraftRequest
from gateway.models.route import Candidate, Route
from gateway.models.structure import FORMATS, ReplySchema, plain_text, read_structure
from gateway.models.walk import Walk
from gateway.models.wording import broken, data, trusted

__all__ = ["BeforeCall", "Drafter"]

CUT = "length"  # the finish reason of an answer that met its limit


@dataclass(frozen=True, slots=True)
class _Draft:
    """One draft on its way: what was asked, of whom, and what it has used."""

    request: DraftRequest
    route: Route
    log: AttemptLog
    before_call: BeforeCall
    spending: Spending


class Drafter:
    """Turns a request into a reply. One per worker: it keeps the prompts and what it learned of each model."""

    def __init__(self, prompt: PromptFile, repair_prompt: PromptFile) -> None:
        self._prompt = prompt
        self._repair_prompt = repair_prompt
        self._profiles: dict[Candidate, Profile] = {}

    @property
    def instructions(self) -> str:
        """What a model is told before it sees any data: nothing of it belongs in a draft."""
        return self._prompt.instructions

    async def ready(self) -> None:
        """Load litellm now, beside the event loop, and not with the first ticket."""
        await engine.ready()

    async def close(self) -> None:
        """Close the connections to the models."""
        await engine.close()

    async def draft(self, request: DraftRequest, route: Route, log: AttemptLog, before_call: BeforeCall) -> ModelReply:
        """One draft, or ModelsBusy, ModelsFailed, or whatever `before_call` raised right before a call."""
        clock = time.perf_counter()
        draft = _Draft(request, route, log, before_call, Spending(request.run_id, request.attempts_before))
        litellm = await engine.ready()
        messages = self._prompt.messages(trusted(request), data(request))
        draft, answer, profile = await self._afforded(litellm, draft, messages)
        cut = answer.finish_reason == CUT
        structure, form = read_structure(answer.text), ReplyForm.STRUCTURED
        if structure is None and not cut:
            structure, form = await self._repaired(litellm, draft, answer, profile), ReplyForm.REPAIRED
        if structure is None:
            structure, form = ReplySchema(reply=plain_text(answer.text)), ReplyForm.PLAIN
        return self._reply(draft, answer, profile, structure, form, (time.perf_counter() - clock) * 1000)

    async def _afforded(
        self, litellm: Any, draft: _Draft, messages: Sequence[Message]
    ) -> tuple[_Draft, Answer, Profile]:
        """The first answer, down the routes that are asked instead where a budget has nothing left."""
        while True:
            try:
                return draft, *await self._ask(litellm, draft, Purpose.DRAFT, self._prompt, messages)
            except OverBudget as error:
                if draft.route.instead is None or not error.budgets:
                    raise
                draft = replace(draft, route=draft.route.instead)

    async def _ask(
        self, litellm: Any, draft: _Draft, purpose: Purpose, prompt: PromptFile, messages: Sequence[Message]
    ) -> tuple[Answer, Profile]:
        offline: Mapping[str, Any] = {"draft_request": draft.request}
        asking = Asking(
            *(purpose, prompt.name, prompt.version, messages, FORMATS, offline, draft.log, draft.before_call),
            origin=draft.request.origin,
        )

        def looked_up(candidate: Candidate) -> Profile:
            if candidate not in self._profiles:
                self._profiles[candidate] = profile_of(litellm, candidate)
            return self._profiles[candidate]

        return await Walk(litellm, asking, draft.route, draft.spending, looked_up).answer()

    async def _repaired(self, litellm: Any, draft: _Draft, answer: Answer, profile: Profile) -> ReplySchema | None:
        """The same answer in the right form, from the model that gave it; None where that fails too."""
        messages = self._repair_prompt.messages(trusted(draft.request), broken(answer.text, "no JSON object in it"))
        only = replace(draft, route=replace(draft.route, candidates=(profile.candidate,)))
        try:
            mended, _ = await self._ask(litellm, only, Purpose.REPAIR, self._repair_prompt, messages)
        except ModelError:
            return None
        return read_structure(mended.text)

    def _reply(
        self, draft: _Draft, answer: Answer, profile: Profile, structure: ReplySchema, form: ReplyForm, took_ms: float
    ) -> ModelReply:
        offered = {passage.number for passage in draft.request.visible_passages()}
        marked = structure.reply.strip()
        cited = read_marks(marked, offered, structure.citations)
        return ModelReply(
            text=cited.text,
            marked_text=marked,
            citations=cited.citations,
            cited=cited.cited,
            unknown_citations=cited.unknown,
            confidence=structure.confidence,
            knows=structure.knows,
            open_questions=tuple(structure.open_questions),
            suggested_tags=tuple(structure.suggested_tags),
            form=form,
            finish_reason=answer.finish_reason,
            cut=answer.finish_reason == CUT,
            provider=profile.provider,
            model=profile.model,
            prompt=self._prompt.name,
            prompt_version=self._prompt.version,
            attempts=tuple(draft.spending.attempts),
            cost_usd=draft.spending.cost_usd,
            latency_ms=took_ms,
            route=draft.route.name,
            used_up=tuple(sorted(draft.spending.used_up)),
            skipped=tuple(dict.fromkeys(f"{one.model}: {one.kind}" for one in draft.spending.skipped)),
        )
