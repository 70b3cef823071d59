"""Intake: an authentic webhook becomes rows and jobs in one transaction, and is acknowledged only after it."""

import time

import structlog

from connectors.contract import Connector, Received, Request
from connectors.errors import Malformed, SignatureInvalid
from gateway.errors import DeliveryMalformed, DeliveryTooLarge, NotAuthentic
from gateway.store.database import Database
from gateway.store.intake import Arrival, accept
from gateway.telemetry import acknowledged, deliveries
from gateway.workflow.arrivals import arrivals

log = structlog.get_logger()


class Intake:
    """The door. It calls no help desk and no model: what is true is read later."""

    def __init__(self, database: Database, connectors: dict[str, Connector], largest: int) -> None:
        self._database = database
        self._connectors = connectors
        self._largest = largest

    async def accept(self, account: str, request: Request, traceparent: str | None = None) -> Received:
        """Authenticate, translate, keep. The answer may hold a reply to a vendor's challenge.

        A stranger learns the same from an unknown account as from a wrong signature; the log tells the admin."""
        began = time.perf_counter()
        received, events = self._receive(account, request)
        new = (
            await accept(self._database, account, events, request.body, request.received_at, traceparent)
            if events
            else 0
        )
        deliveries.labels(account, "accepted" if new else "duplicate" if events else "ignored").inc()
        acknowledged.observe(time.perf_counter() - began)
        return received

    def _receive(self, account: str, request: Request) -> tuple[Received, list[Arrival]]:
        if len(request.body) > self._largest:
            deliveries.labels("unknown", "too_large").inc()
            raise DeliveryTooLarge(f"a delivery may have {self._largest} bytes")
        connector = self._connectors.get(account)
        if connector is None:
            deliveries.labels("unknown", "refused").inc()
            log.warning("a delivery for an unknown account was refused", account=account[:64])
            raise NotAuthentic("this delivery is not authentic")
        try:
            received = connector.receive(request)
            return received, arrivals(received.events)
        except SignatureInvalid as error:
            deliveries.labels(account, "refused").inc()
            log.warning("a delivery was refused", account=account, reason=str(error))
            raise NotAuthentic("this delivery is not authentic") from None
        except Malformed as error:
            deliveries.labels(account, "malformed").inc()
            log.error("an authentic delivery could not be read", account=account, reason=str(error))
            raise DeliveryMalformed("this delivery cannot be read") from None
