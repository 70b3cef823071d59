"""Reads the `then` of a rule."""

from collections.abc import Mapping
from decimal import Decimal

from gateway.policy.effects import Approvers, Effects, Escalate, ModelChoice, Redact, Step
from gateway.policy.errors import did_you_mean
from gateway.policy.hours import read_within
from gateway.policy.reader import Reader
from gateway.policy.scope import Scope
from gateway.policy.sentence import MAX_LENGTH, Sentence
from gateway.policy.words import PII_KINDS, PRIORITIES, Masking, Verdict
from gateway.policy.yamltree import Fields, Node, Scalar

EFFECTS = ("reply", "approvers", "escalate", "model", "redact", "because")
APPROVERS = ("group", "count", "four_eyes", "open_sources")
STEP = ("team", "priority", "within", "tags", "notify")
MAX_STEPS = 10
OTHER = "other"
"""In `redact`: every kind that is not named."""


def read_effects(reader: Reader, node: Node, scope: Scope) -> Effects:
    """What a rule does; what cannot be read is left out and noted as a problem."""
    folder = scope.folder
    parts = reader.fields(node, EFFECTS, what="then")
    for name in [name for name in parts if name not in folder.effects]:
        reader.problem(
            parts[name], f'"{name}" has no effect in {folder.name}; allowed there: {", ".join(folder.effects)}'
        )
        parts.pop(name)
    if not set(parts) - {"because"} and not reader.document.patched:
        wanted = [name for name in folder.effects if name != "because"]
        reader.problem(node, f"this rule does nothing: give it {' or '.join(wanted)}")
    effects = Effects(
        reply=_reply(reader, parts.get("reply"), scope),
        approvers=_approvers(reader, parts.get("approvers"), scope),
        escalate=_escalate(reader, parts.get("escalate"), scope),
        model=_model(reader, parts.get("model"), scope),
        redact=_redact(reader, parts.get("redact"), scope),
        because=_because(reader, parts.get("because"), scope),
    )
    _contradictions(reader, parts, effects)
    return effects


def _contradictions(reader: Reader, parts: Mapping[str, Node], effects: Effects) -> None:
    if effects.approvers and effects.reply not in (None, Verdict.REVIEW):
        reader.problem(
            parts["approvers"], f"nobody approves where reply is {effects.reply}: leave approvers out, or reply: review"
        )
    if effects.escalate and effects.reply is Verdict.SEND:
        reader.problem(parts["escalate"], "a rule that escalates hands the ticket to people, so it cannot also send")


def _reply(reader: Reader, node: Node | None, scope: Scope) -> Verdict | None:
    word = reader.name(node, what="reply", known=scope.folder.replies)
    return Verdict(word) if word else None


def _approvers(reader: Reader, node: Node | None, scope: Scope) -> tuple[Approvers, ...]:
    parts = reader.fields(node, APPROVERS, ("group",), what="approvers")
    group = reader.name(parts.get("group"), what="group", known=scope.declared.groups)
    count = reader.number(parts.get("count"), "1", "9", what="count")
    if count is not None and count % 1:
        reader.problem(parts["count"], "count is a whole number")
    four_eyes = reader.yes_no(parts.get("four_eyes"), what="four_eyes")
    open_sources = reader.yes_no(parts.get("open_sources"), what="open_sources")
    return (Approvers(group, int(count or 1), bool(four_eyes), bool(open_sources)),) if group else ()


def _escalate(reader: Reader, node: Node | None, scope: Scope) -> Escalate | None:
    if node is None:
        return None
    parts = reader.fields(node, (*STEP, "next"), what="escalate")
    following = reader.items(parts["next"], what="next") if "next" in parts else ()
    if len(following) > MAX_STEPS:
        reader.problem(parts["next"], f"more than {MAX_STEPS} steps")
    written = [parts, *(reader.fields(item, STEP, what="a step under next") for item in following[:MAX_STEPS])]
    if any("within" not in step for step in written[: len(following)]) and not reader.document.patched:
        reader.problem(
            parts["next"], "every step before another needs within: the time after which the next one happens"
        )
    for item, step in zip(following, written[1:], strict=False):
        if not set(step) - {"within"} and not reader.document.patched:
            reader.problem(item, "this step does nothing: give it team, priority, tags or notify")
    if not set(parts) - {"next"} and not reader.document.patched:
        reader.problem(node, f"escalate needs one of {', '.join(STEP)}")
    first, *later = (_step(reader, step, scope) for step in written)
    return Escalate(first.team, first.priority, first.within, first.tags, first.notify, tuple(later))


def _step(reader: Reader, parts: Mapping[str, Node], scope: Scope) -> Step:
    return Step(
        team=reader.name(parts.get("team"), what="team", known=scope.declared.teams),
        priority=reader.name(parts.get("priority"), what="priority", known=PRIORITIES),
        within=reader.read(parts.get("within"), read_within, what="within"),
        tags=reader.names(parts.get("tags"), what="tags"),
        notify=reader.names(parts.get("notify"), what="notify"),
    )


def _model(reader: Reader, node: Node | None, scope: Scope) -> ModelChoice | None:
    if node is None:
        return None
    parts = reader.fields(node, ("route", "only", "temperature", "max_cost", "rank"), what="model")
    models = scope.declared.models
    temperature = reader.number(parts.get("temperature"), "0", "2", what="temperature")
    rank = reader.number(parts.get("rank"), "0", "1000", what="rank")
    if not set(parts) - {"rank"} and not reader.document.patched:
        reader.problem(node, "model needs route, only, temperature or max_cost")
    return ModelChoice(
        route=reader.names(parts.get("route"), what="route", known=models),
        only=reader.names(parts.get("only"), what="only", known=models),
        temperature=float(temperature) if temperature is not None else None,
        max_cost=reader.read(parts.get("max_cost"), _usd, what="max_cost"),
        rank=int(rank or 0),
    )


def _usd(text: str) -> Decimal:
    """`0.02 USD`; the unit may be left out."""
    number = text.removesuffix("USD").strip()
    try:
        value = Decimal(number)
    except ArithmeticError:
        raise ValueError(f'"{text[:40]}" is not an amount: write 0.02 USD') from None
    if not Decimal(0) <= value <= Decimal(1000):
        raise ValueError("an amount from 0 to 1000 USD")
    return value


def _redact(reader: Reader, node: Node | None, scope: Scope) -> Redact | None:
    if node is None:
        return None
    kinds: dict[str, Masking] = {}
    models: tuple[str, ...] = ()
    for key, value in reader.each(node, what="redact"):
        if key.value == "models":
            models = reader.names(value, what="models", known=scope.declared.models)
        elif key.value not in (*PII_KINDS, OTHER):
            reader.problem(key, _unknown_kind(key))
        elif word := reader.name(value, what=key.value, known=[str(masking) for masking in Masking]):
            kinds[key.value] = Masking(word)
    if isinstance(node, Fields) and not set(node.pairs) - {"models"}:
        reader.problem(node, "redact names at least one kind of personal data, or other")
    return Redact(kinds, models)


def _unknown_kind(key: Scalar) -> str:
    known = (*PII_KINDS, OTHER, "models")
    hint = did_you_mean(key.value, known) or " Known: " + ", ".join(known) + "."
    return f'"{key.value[:60]}" is no kind of personal data.{hint}'


def _because(reader: Reader, node: Node | None, scope: Scope) -> Sentence:
    text = reader.text(node, what="because", longest=MAX_LENGTH)
    if text is None or not isinstance(node, Scalar):
        return Sentence()
    sentence = Sentence(" ".join(text.split()))
    stray = Sentence(node.value).stray()
    if stray is not None:
        reader.problem_inside(
            node, stray, "a brace quotes a fact, as in {ticket.channel}; for a plain brace write it twice"
        )
    catalogue = scope.language.catalogue
    for name in sentence.facts:
        position = max(0, node.value.find("{" + name)) + 1
        if name not in catalogue:
            reader.problem_inside(node, position, f'unknown fact "{name[:60]}".{did_you_mean(name, list(catalogue))}')
        elif scope.is_late(name):
            reader.problem_inside(node, position, scope.too_late(name))
        elif catalogue[name].personal:
            reader.problem_inside(node, position, f"{name} is personal data, which a kept sentence must not quote")
    return sentence
