"""Every failure of a help desk, grouped by what the caller does next.

ConnectorError
├── RetryLater              nothing was decided; ask again, not before `retry_after` seconds
│   ├── RateLimited         we asked too often
│   └── Unavailable         5xx, time-out, dead line; `may_be_stored`: a write left us and no answer came back
├── ReadAgain
│   └── WriteConflict       the ticket changed since the version that we wrote against
└── GiveUp                  the same call will fail the same way
    ├── AuthFailed          credentials or rights: an admin must act
    ├── NotFound            no such ticket (any more)
    ├── Rejected            understood and refused
    │   └── DraftInTheWay   a colleague's draft is where ours would go: nothing was written, say it in a note
    ├── Misconfigured       the account's entry in countersign.yaml cannot work
    ├── SignatureInvalid    a delivery that is not authentic, or too old: keep nothing of it
    └── Malformed           an authentic delivery that we cannot read: keep it for a person
"""


class ConnectorError(Exception):
    """A help desk did not do what was asked. The message is for an admin; it holds no ticket text and no secret."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class RetryLater(ConnectorError):
    """Ask again. `retry_after` in seconds where the help desk named a time."""

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after


class RateLimited(RetryLater):
    """Too many calls."""


class Unavailable(RetryLater):
    """The help desk is down, slow or unreachable."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        may_be_stored: bool = False,
    ) -> None:
        super().__init__(message, status=status, retry_after=retry_after)
        self.may_be_stored = may_be_stored


class ReadAgain(ConnectorError):
    """What we knew of the ticket is old."""


class WriteConflict(ReadAgain):
    """The ticket changed since it was read."""


class GiveUp(ConnectorError):
    """Repeating does not help."""


class AuthFailed(GiveUp):
    """Credentials are wrong, or a right is missing."""


class NotFound(GiveUp):
    """The ticket does not exist, or is hidden from us."""


class Rejected(GiveUp):
    """The help desk understood and refused."""


class DraftInTheWay(Rejected):
    """There is room for one draft, and a colleague's is in it. It is not written over, and nothing else was written."""


class Misconfigured(GiveUp):
    """The account cannot be built from its configuration."""


class SignatureInvalid(GiveUp):
    """Not authentic."""


class Malformed(GiveUp):
    """Authentic, but not what this connector can read."""
