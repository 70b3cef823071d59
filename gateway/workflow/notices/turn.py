"""The routine of workers: what happened becomes notices, once, and notices are sent until somebody takes them."""

from collections.abc import Mapping

import structlog

from gateway.records import NoticeState
from gateway.store import notices as rows
from gateway.store.database import Database, Row
from gateway.telemetry import notices as counted
from gateway.workflow.notices.address_book import AddressBook
from gateway.workflow.notices.channels import Channel, NotSent
from gateway.workflow.notices.wording import said

AT_ONCE = 20
WEBHOOK = "webhook"
log = structlog.get_logger()


class Notices:
    """`channels`: `mail` and `webhook`, as far as they are declared. Without any, nothing is looked for."""

    def __init__(
        self, database: Database, book: AddressBook, channels: Mapping[str, Channel], *, pages_url: str
    ) -> None:
        self._database = database
        self._book = book
        self._channels = channels
        self._pages_url = pages_url.rstrip("/")

    async def take_turn(self) -> int:
        """How many were sent."""
        if not self._channels:
            return 0
        for fact in await rows.new_facts(self._database):
            await self._add(fact)
        due = await rows.claim(self._database, AT_ONCE)
        return sum([await self._send(notice) for notice in due])

    async def _add(self, fact: Row) -> None:
        notice = said(fact, self._book, self._pages_url)
        to = dict.fromkeys(notice.to) if "mail" in self._channels else {}
        addresses = [*to, *([WEBHOOK] if WEBHOOK in self._channels else ())]
        state = NoticeState.WAITING if addresses else NoticeState.NOBODY
        if not addresses:
            log.warning("nobody can be told", notice=fact["key"], kind=fact["kind"])
        for address in addresses or [""]:
            words = notice.as_json(fact)
            await rows.add(self._database, fact["key"], address, fact["kind"], words, state)

    async def _send(self, notice: Row) -> bool:
        key, address = notice["key"], notice["address"]
        name = WEBHOOK if address == WEBHOOK else "mail"
        try:
            if name not in self._channels:
                raise NotSent(f"there is no {name} any more in countersign.yaml")
            await self._channels[name].send(address, key, notice["said"])
        except NotSent as error:
            last = await rows.failed(self._database, key, address, str(error))
            counted.labels(name, "given up" if last else "failed").inc()
            log.warning("a notice could not be sent", notice=key, channel=name, reason=str(error), last=last)
            return False
        await rows.sent(self._database, key, address)
        counted.labels(name, "sent").inc()
        return True
