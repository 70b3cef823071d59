"""What the models of a run get to see of personal data: which kinds in clear, which as placeholders, and how often.

Kept with the run before any model is called, as counts alone, so that it is known of calls that failed too. What a
colleague wants different in a later draft is masked and shown by the same rule, and not counted.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from gateway.models import Route
from gateway.policy import Masking, Redaction
from gateway.screening import Kind
from gateway.workflow.screen import Screened
from gateway.workflow.walk import Walk

STEP = "exposure"
IN_HOUSE = "offline"  # the provider that is no model


def shown_to_all(redaction: Redaction, names: Collection[str]) -> frozenset[Kind]:
    """The kinds that every one of these routes may see: all of them are asked with the same words."""
    kinds = (kind for kind in Kind if kind is not Kind.LITERAL)
    return frozenset(kind for kind in kinds if all(redaction.of(kind, name) is Masking.KEEP for name in names))


def expose(
    walk: Walk, screened: Screened, route: Route, may_see: frozenset[Kind], rules: Mapping[str, Sequence[str]]
) -> None:
    """Decide what is shown, and keep what that is, with the `rules` that held when models were chosen and data was
    masked. A try that is repeated shows no more than the first one did."""
    if kept := walk.kept(STEP):
        walk.shown = may_see & {Kind(kind) for kind in kept.data["shown"]}
        return
    walk.shown = may_see
    held: Counter[str] = Counter()
    for text in _texts(screened):
        held += screened.vault.held(text)
    clear = {kind: count for kind, count in sorted(held.items()) if kind in may_see}
    masked = {kind: count for kind, count in sorted(held.items()) if kind not in may_see}
    data = {
        "shown": sorted(may_see),
        "clear": clear,
        "masked": masked,
        "local": sorted(_local(route)),
        "rules": dict(rules),
    }
    walk.keep(STEP, data)


def _texts(screened: Screened) -> Iterator[str]:
    yield from (screened.subject, screened.question, *screened.attachments)
    yield from screened.questions if len(screened.questions) > 1 else ()
    yield from (said.text for said in screened.thread)
    for file in screened.files:
        yield from (file.name, file.text)


def _local(route: Route | None) -> Iterator[str]:
    """The models that stand in the house, by the names that they are called by."""
    while route is not None:
        yield from (one.model for one in route.candidates if one.local or one.model.startswith(f"{IN_HOUSE}/"))
        route = route.instead
