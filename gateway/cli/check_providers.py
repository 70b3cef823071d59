"""Whether the models are called, or left alone because they do not answer; and what limits are kept to."""

from collections.abc import AsyncIterator

from gateway.bootstrap import opened_database
from gateway.bootstrap.models import routes_of
from gateway.cli.checked import Line
from gateway.errors import GatewayError
from gateway.models import Candidate
from gateway.settings import Installation
from gateway.workflow.providers import away, keys_of

REMEDY = "one call at a time finds out whether it answers; look at its status page, its address and the key"


async def providers(url: str, installation: Installation) -> AsyncIterator[Line]:
    routes = routes_of(installation).values()
    for candidate in dict.fromkeys(one for route in routes for one in route.candidates):
        if candidate.requests_per_minute or candidate.tokens_per_minute:
            yield Line(True, "limits", f"{candidate.model}: {_limits(candidate)}, all workers together")
    try:
        async with opened_database(url) as database:
            for sentence in await away(database, keys_of(routes)):
                yield Line(False, "provider", sentence, REMEDY)
    except GatewayError:  # which is told where the database is looked at
        return


def _limits(candidate: Candidate) -> str:
    told = {"requests": candidate.requests_per_minute, "tokens": candidate.tokens_per_minute}
    return "at most " + " and ".join(f"{most:,} {what}" for what, most in told.items() if most) + " a minute"
