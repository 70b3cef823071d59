"""Several steps in one call and one transaction: all of them are stored, or none is.

Source: Salesforce REST API, "Composite": with `allOrNone` a step that fails takes back what went before it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.answers import failure
from connectors.errors import Unavailable
from connectors.salesforce.session import API, Session
from connectors.values import mapping, objects, text

HALTED = "PROCESSING_HALTED"  # of a step that failed because another one did
LOCKED = "UNABLE_TO_LOCK_ROW"


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        step: dict[str, Any] = {"referenceId": self.name, "method": self.method, "url": f"{API}{self.path}"}
        if self.headers:
            step["httpHeaders"] = dict(self.headers)
        return {**step, "body": dict(self.body)} if self.body is not None else step


async def together(session: Session, steps: Sequence[Step]) -> dict[str, Any]:
    """The answer to each step by its name. Raises what the first step that failed by itself says."""
    body = {"allOrNone": True, "compositeRequest": [step.told() for step in steps]}
    answer = mapping(await session.send("POST", f"{API}/composite", json=body))
    answers = {text(one.get("referenceId")): one for one in objects(answer.get("compositeResponse"))}
    if any(step.name not in answers for step in steps):
        raise Unavailable("Salesforce's answer to the write is not one that it documents", may_be_stored=True)
    failed = [step for step in steps if not _went_well(answers[step.name])]
    for step in sorted(failed, key=lambda one: HALTED in _codes(answers[one.name])):
        raise _failure(step, answers[step.name])
    return {step.name: answers[step.name].get("body") for step in steps}


def _went_well(answer: Mapping[str, Any]) -> bool:
    status = answer.get("httpStatusCode")
    return isinstance(status, int) and 200 <= status < 300


def _codes(answer: Mapping[str, Any]) -> list[str]:
    return [code for one in objects(answer.get("body")) if (code := text(one.get("errorCode")))]


def _failure(step: Step, answer: Mapping[str, Any]) -> Exception:
    """A step's status and code as our error. Nothing of the call is stored then."""
    what, codes, status = f"{step.method} {step.path.partition('?')[0]}", _codes(answer), answer.get("httpStatusCode")
    if LOCKED in codes:
        return Unavailable(f"{what}: {LOCKED}: somebody else is changing the case")
    known = status if isinstance(status, int) and not isinstance(status, bool) else 500
    if any(code.startswith("INSUFFICIENT_ACCESS") for code in codes):
        known = 403  # Salesforce says 400 to a missing right on a record that is referred to
    body = json.dumps(answer.get("body")).encode()
    return failure(what, known, mapping(answer.get("httpHeaders")), body, write=False)
