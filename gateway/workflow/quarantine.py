"""Quarantine: a vendor changed what it sends, so an authentic delivery cannot be read. It is kept, told, and replayed.

Its signature was checked when it arrived. A replay checks it again as of that time, with the headers that were kept.
"""

from collections.abc import Mapping, Sequence

import structlog

from connectors.contract import Connector, Received
from connectors.errors import Malformed, SignatureInvalid
from gateway.errors import DatabaseUnavailable
from gateway.store import quarantine, shapes
from gateway.store.audit import COMMAND, SOMEBODY
from gateway.store.database import Database, Row
from gateway.store.quarantine import Refused, Translated
from gateway.telemetry import new_fields, quarantined
from gateway.workflow.arrivals import arrivals
from gateway.workflow.kept_request import Overheard, Secrets, keep, restore
from gateway.workflow.shape import Shape, difference, fields, shape_of

log = structlog.get_logger()
MOST_REMEMBERED = 10_000  # shapes that this process has noted
NOTE_WITHIN = 1.0  # seconds: the help desk waits meanwhile
ROTATED = (
    "the signature does not hold any more: the secret has changed since the delivery came. Put the old one back beside "
    "the new one, with a comma, and replay again"
)


class Quarantine:
    """`secrets` are those of each account, by role: what is kept of a request holds none of them."""

    def __init__(self, database: Database, connectors: Mapping[str, Connector], secrets: Mapping[str, Secrets]) -> None:
        self._database = database
        self._connectors = connectors
        self._secrets = secrets
        self._noted: set[tuple[str, str, int]] = set()

    async def note_good(self, account: str, received: Received, body: bytes) -> None:
        """Keep the shape of a delivery that could be read. New fields are counted, and never fatal."""
        kind = "+".join(sorted({event.kind for event in received.events}))
        shape = shape_of(body) if kind else None
        if shape is None or (account, kind, hash(shape)) in self._noted:
            return
        try:
            noting = shapes.note(self._database, account, kind, sorted(shape))
            known = await self._database.promptly(noting, NOTE_WITHIN)
        except DatabaseUnavailable:
            return  # the delivery itself is committed; its shape will be noted another time
        if len(self._noted) >= MOST_REMEMBERED:
            self._noted.clear()
        self._noted.add((account, kind, hash(shape)))
        if known is not None and (new := sorted(fields(shape) - fields(known))):
            new_fields.labels(account).inc(len(new))
            log.info("deliveries have new fields", account=account, kind=kind, fields=new[:20])

    async def keep(self, account: str, request: Overheard, shape: Shape, reason: str) -> None:
        """Keep an authentic delivery that lacks what is needed, and say how it differs from the last good one."""
        found = difference(shape, await shapes.last_good(self._database, account))
        number = await quarantine.keep(
            self._database,
            account,
            keep(request, self._secrets.get(account, {})),
            received_at=request.received_at,
            size=len(request.body),
            reason=reason,
            like=found.like,
            missing=found.missing,
            added=found.added,
        )
        quarantined.labels(account).inc()
        log.error(
            "an authentic delivery cannot be read and is kept; see `countersign dead list`",
            account=account,
            delivery=None if number is None else f"d{number}",
            reason=reason,
            like=found.like,
            missing=list(found.missing[:10]),
            added=list(found.added[:10]),
        )

    async def replay(
        self, numbers: Sequence[int], *, by: str = SOMEBODY, where: str = COMMAND
    ) -> dict[int, str | None]:
        """Translate deliveries again, oldest first; for each why it did not work, or None."""
        return {
            number: await quarantine.replay(self._database, number, self._translated, by=by, where=where)
            for number in sorted(set(numbers))
        }

    def _translated(self, row: Row) -> Translated | Refused:
        connector = self._connectors.get(row["account"])
        if connector is None:
            return Refused(f"account {row['account']} is not configured any more")
        if row["body"] is None:
            return Refused("its content was erased")
        request = restore(row["body"], row["received_at"], self._secrets.get(row["account"], {}))
        try:
            return Translated(arrivals(connector.receive(request).events), request.body)
        except SignatureInvalid:
            return Refused(ROTATED)
        except Malformed as error:
            return Refused(f"it still cannot be read: {error}")
