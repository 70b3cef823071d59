"""Every error that the gateway raises on purpose. Plain Python; `gateway.api.problems` turns them into RFC 9457.

GatewayError                500  a title for people, a detail for this case, and what to do
├── ConfigurationInvalid    500  countersign.yaml or the environment: every mistake, with file and line
├── DatabaseUnavailable     503  no server, no connection, or migrations missing
├── NotAuthentic            401  a delivery or a token that we do not believe
├── DeliveryMalformed       400  authentic, but no document
├── DeliveryTooLarge        413
├── TooSlow                 408  a request that takes its time to arrive
├── LengthMissing           411
├── TooMany                 429  of one account or address: later
├── Busy                    503  too much at once: later
├── SignInUnavailable       503  the identity provider does not answer as it should
├── NotFound                404  no such run, ticket, draft
├── NotAllowed              403
├── NotNow                  409  the draft is not in a state for it, or has changed since it was read
└── RunEnded                     not failures: ways in which a walk ends early
    ├── Superseded               a newer event of the ticket takes over
    ├── NothingOwed              nobody waits for a reply
    ├── Withheld                 no draft may be made: the reason is kept, nothing is shown
    ├── Uncertain                a write may have happened and nobody can tell: a person looks
    ├── Paused                   not the run, only this try of it: the event waits until somebody resumes
    └── LostLease                another worker walks this run now

Failures of a help desk are in `connectors.errors`, failures of models in `gateway.models`.
"""

from typing import ClassVar


class GatewayError(Exception):
    """Something that a user can understand and act on. `remedy` is the next thing to do."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "The gateway could not do this"

    def __init__(self, detail: str, *, remedy: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.detail}. {self.remedy}" if self.remedy else self.detail


class ConfigurationInvalid(GatewayError):
    """`problems` are lines of the form `file:line:column: message`."""

    title = "The configuration is not valid"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DatabaseUnavailable(GatewayError):
    status = 503
    title = "The database cannot be used"


class NotAuthentic(GatewayError):
    status = 401
    title = "Not authentic"


class DeliveryMalformed(GatewayError):
    status = 400
    title = "The delivery cannot be read"


class DeliveryTooLarge(GatewayError):
    status = 413
    title = "The delivery is too large"


class TooSlow(GatewayError):
    status = 408
    title = "The request did not arrive in time"


class LengthMissing(GatewayError):
    status = 411
    title = "The request does not say how long it is"


class TooMany(GatewayError):
    status = 429
    title = "Too many requests"


class Busy(GatewayError):
    status = 503
    title = "Too much at once"


class SignInUnavailable(GatewayError):
    status = 503
    title = "Sign-in does not work now"


class NotFound(GatewayError):
    status = 404
    title = "Not found"


class NotAllowed(GatewayError):
    status = 403
    title = "Not allowed"


class NotNow(GatewayError):
    status = 409
    title = "Not possible now"


class RunEnded(Exception):
    """The walk ends here, in good order. The message is the reason, for the run's story."""


class Superseded(RunEnded):
    """A newer event of the same ticket takes over."""


class NothingOwed(RunEnded):
    """Nobody waits for a reply."""


class Withheld(RunEnded):
    """No draft may be made."""


class Uncertain(RunEnded):
    """A write may or may not be in the help desk, or is there in the wrong shape. Nobody writes it again."""


class Paused(RunEnded):
    """Somebody stopped the account, or all of them. The event waits, and its walk goes on when they resume."""


class LostLease(RunEnded):
    """Another worker has taken this run over; whatever we would still do, it does."""
