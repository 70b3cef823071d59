"""Whether everybody whom policies, accounts and budgets would tell can be reached."""

from collections.abc import Iterable, Iterator

from gateway.bootstrap.notices import address_book, channels_of
from gateway.cli.checked import Line
from gateway.errors import ConfigurationInvalid
from gateway.policy.rules import Policy
from gateway.settings import Installation


def notices(installation: Installation, policies: Iterable[Policy]) -> Iterator[Line]:
    try:
        ways = channels_of(installation)
    except ConfigurationInvalid as error:
        yield from (Line(False, "notices", problem, "set it, or take it out") for problem in error.problems)
        return
    if not ways:
        yield Line(True, "notices", "in the log alone; declare notices.mail or notices.webhook to reach people")
        return
    unknown = address_book(installation).unknown(_told(policies)) if "mail" in ways else []
    yield Line(True, "notices", f"sent by {' and '.join(ways)}; try it: countersign notices test ADDRESS")
    for name in unknown:
        yield Line(
            False, "notices", f"a policy tells {name}, and nobody knows who that is", f"notices.to: {{{name}: [...]}}"
        )


def _told(policies: Iterable[Policy]) -> list[str]:
    """The names that policies tell, in their order."""
    steps = [
        step
        for policy in policies
        for rule in policy.rules
        if (first := rule.then.escalate)
        for step in (first, *first.next)
    ]
    return list(dict.fromkeys(name for step in steps for name in step.notify))
