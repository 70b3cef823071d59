"""Intake: an authentic webhook becomes rows and jobs in one transaction, and is acknowledged only after it."""

import time
from collections.abc import Mapping

import structlog

from connectors.contract import Connector, Received, Request
from connectors.errors import Malformed, SignatureInvalid
from connectors.tracing import current
from gateway.errors import DatabaseUnavailable, DeliveryMalformed, DeliveryTooLarge, NotAuthentic
from gateway.store.database import Database
from gateway.store.intake import accept
from gateway.telemetry import acknowledged, deliveries
from gateway.tracing import note, span
from gateway.workflow.arrivals import arrivals
from gateway.workflow.kept_request import Overheard
from gateway.workflow.nesting import deeper_than
from gateway.workflow.quarantine import Quarantine
from gateway.workflow.seldom import Seldom
from gateway.workflow.shape import shape_of

PATIENCE = 3.0  # seconds to keep a delivery: a help desk waits only a few for its answer
DEEPEST = 64
log = structlog.get_logger()


class Intake:
    """The door. It calls no help desk and no model: what is true is read later."""

    def __init__(
        self,
        database: Database,
        connectors: dict[str, Connector],
        quarantine: Quarantine,
        largest: int,
        settle: Mapping[str, float] = {},
        deepest: int = DEEPEST,
    ) -> None:
        self._database = database
        self._connectors = connectors
        self._quarantine = quarantine
        self._largest = largest
        self._deepest = deepest
        self._refusals = Seldom()
        self._settle = settle

    async def accept(self, account: str, request: Request, traceparent: str | None = None) -> Received:
        """Authenticate, translate, keep. The answer may hold a reply to a vendor's challenge.

        A stranger learns the same from an unknown account as from a wrong signature; the log tells the admin."""
        began = time.perf_counter()
        try:
            with span("POST /webhooks/{account}", kind="server", parent=traceparent):
                received, outcome = await self._accept(account, Overheard.of(request))
                note({"countersign.account": account, "countersign.outcome": outcome})
        except DatabaseUnavailable:
            deliveries.labels(account, "not_kept").inc()
            raise
        deliveries.labels(account, outcome).inc()
        acknowledged.observe(time.perf_counter() - began)
        return received

    async def _accept(self, account: str, request: Overheard) -> tuple[Received, str]:
        connector = self._connector(account, request)
        try:
            received = connector.receive(request)
            events = arrivals(received.events)
        except SignatureInvalid as error:
            deliveries.labels(account, "refused").inc()
            self._tell_refused("a delivery was refused", account=account, reason=str(error))
            raise NotAuthentic("this delivery is not authentic") from None
        except Malformed as error:
            aside = self._set_aside(account, request, str(error))
            return await self._database.promptly(aside, PATIENCE), "quarantined"
        if not events:
            return received, "ignored"
        new = await self._database.promptly(
            accept(
                *(self._database, account, events, request.body, None, current()),
                settle=self._settle.get(account, 0.0),
            ),
            PATIENCE,
        )
        await self._quarantine.note_good(account, received, request.body)
        return received, "accepted" if new else "duplicate"

    def _connector(self, account: str, request: Request) -> Connector:
        if len(request.body) > self._largest:
            deliveries.labels("unknown", "too_large").inc()
            raise DeliveryTooLarge(f"a delivery may have {self._largest} bytes")
        if deeper_than(request.body, self._deepest):
            deliveries.labels("unknown", "too_deep").inc()
            raise DeliveryTooLarge(f"a delivery may be nested {self._deepest} deep")
        connector = self._connectors.get(account)
        if connector is None:
            deliveries.labels("unknown", "refused").inc()
            self._tell_refused("a delivery for an unknown account was refused", account=account[:64])
            raise NotAuthentic("this delivery is not authentic")
        return connector

    def _tell_refused(self, what: str, **more: str) -> None:
        if (unsaid := self._refusals.unsaid()) is not None:
            log.warning(what, **more, unsaid=unsaid)

    async def _set_aside(self, account: str, request: Overheard, reason: str) -> Received:
        """Authentic, and yet it cannot be read. A document that a fix may read is kept; anything else is refused."""
        shape = shape_of(request.body)
        if shape is None:
            deliveries.labels(account, "malformed").inc()
            log.error("an authentic delivery is no document", account=account, reason=reason)
            raise DeliveryMalformed("this delivery cannot be read")
        await self._quarantine.keep(account, request, shape, reason)
        return Received()
