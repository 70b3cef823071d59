"""What a rule does, in words that a support lead reads."""

from collections.abc import Iterator

from gateway.policy.effects import Approvers, Effects, ModelChoice, Redact, Step

REPLY = {
    "send": "The draft may be sent",
    "review": "A person reviews the draft",
    "withhold": "The draft is withheld",
}
MASKING = {"keep": "kept", "mask": "masked", "block": "kept from every model"}


def in_words(then: Effects) -> list[str]:
    """One sentence an effect, the verdict first; `because` is not among them."""
    return list(_told(then))


def _told(then: Effects) -> Iterator[str]:
    if then.verdict:
        yield f"{REPLY[then.verdict]}."
    for who in then.approvers:
        yield f"{_approvers(who)}."
    if then.escalate:
        yield f"Escalates: {_step(then.escalate)}."
        for step in then.escalate.next:
            yield f"When that time has passed: {_step(step)}."
    if then.model:
        yield from _models(then.model)
    if then.redact:
        yield _redaction(then.redact)


def _approvers(who: Approvers) -> str:
    if who.count == 1:
        told = f"Approved by one person of {who.group}"
    else:
        told = f"Approved by {who.count} different people of {who.group}"
    told += "; whoever edited it does not count" if who.four_eyes else ""
    return f"{told}; on the page, only after a source was opened" if who.open_sources else told


def _step(step: Step) -> str:
    parts = [
        f"to {step.team}" if step.team else "",
        f"{step.priority} priority" if step.priority else "",
        f"within {step.within}" if step.within else "",
        f"tagged {', '.join(step.tags)}" if step.tags else "",
        f"{', '.join(step.notify)} told" if step.notify else "",
    ]
    return ", ".join(part for part in parts if part) or "noted"


def _models(choice: ModelChoice) -> Iterator[str]:
    if choice.route:
        yield f"Models: {', then '.join(choice.route)}."
    if choice.only:
        yield f"No model may see the ticket but {' and '.join(choice.only)}."
    if choice.max_cost is not None:
        yield f"At most {choice.max_cost} USD for all calls of a run."
    if choice.temperature is not None:
        yield f"Temperature {choice.temperature:g}."


def _redaction(redact: Redact) -> str:
    models = " and ".join(redact.models)
    told = "; ".join(f"{_kind(kind, len(redact.kinds))} {_masking(how, models)}" for kind, how in redact.kinds.items())
    return f"Personal data{f' for {models}' if models else ''}: {told}."


def _kind(kind: str, kinds: int) -> str:
    if kind != "other":
        return kind.replace("_", " ")
    return "every kind" if kinds == 1 else "every other kind"


def _masking(how: str, models: str) -> str:
    return f"kept from {models}" if how == "block" and models else MASKING[how]
