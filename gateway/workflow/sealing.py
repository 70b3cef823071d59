"""Sealing: what was committed goes into the tree, and its signed head goes out of the database's reach."""

from pathlib import Path

import structlog

from gateway.audit.heads import Head, Signer
from gateway.store import sealing
from gateway.store.database import Database

log = structlog.get_logger()


class Sealing:
    """One turn a second in every worker; whoever comes first seals. `folder`: where the heads are written."""

    def __init__(self, database: Database, signer: Signer, folder: Path) -> None:
        self._database = database
        self._signer = signer
        self._folder = folder

    async def take_turn(self) -> Head | None:
        """Seal what waits. A tree that was changed is not gone on with: entries wait, and that is told every time."""
        try:
            head = await sealing.seal(self._database, self._signer.head)
        except sealing.Broken as error:
            log.error("the audit record is not what was signed; see `countersign audit verify`", reason=str(error))
            return None
        if head is not None:
            # The log first: it leaves the machine where logs are collected, and a full disk does not stop it.
            log.info("the audit record is sealed", **head.as_json())
            self._write(head)
        return head

    def _write(self, head: Head) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"heads-{head.at:%Y-%m-%d}.jsonl").open("a") as file:
            file.write(head.line + "\n")
