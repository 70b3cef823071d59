"""The gateway as an installation would run it, with a real Request Tracker instead of the sandbox."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import yaml

from connectors.contract import Account
from tests.house import OWNER, ROOT, House, free_port, until
from tests.live.rt_server import RequestTracker

PATIENCE = 180  # seconds; a call to RT takes half a second, and on a busy machine twenty
QUESTION = "Hello, when does my parcel arrive? I am waiting for it.\nRita"


class RequestTrackerHouse(House):
    """Web process and worker. With a webhook secret the web process listens where RT's scrip delivers to; without one
    nobody does, and the worker asks RT by itself."""

    def __init__(self, folder: Path, database_url: str, rt: RequestTracker, account: Account, **entry: Any) -> None:
        super().__init__(folder, database_url)
        self.rt = rt
        self.web_port = rt.hook_port if "webhook_secret" in account.secrets else free_port()
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{self.web_port}", timeout=10)
        file = folder / "countersign.yaml"
        installation = yaml.safe_load(file.read_text())
        installation["accounts"] = {
            account.name: {
                "connector": "request_tracker",
                "owner": OWNER,
                "base_url": account.base_url,
                "allow_private_network": True,
                "options": dict(account.options),
                "secrets": {role: {"env": f"RT_{role.upper()}"} for role in account.secrets},
                "knowledge": ["help"],
                **entry,
            }
        }
        file.write_text(yaml.safe_dump(installation))
        self._environment |= {f"RT_{role.upper()}": value for role, value in account.secrets.items()}
        self._environment["COUNTERSIGN_PORT"] = str(self.web_port)

    def asked(self, subject: str) -> str:
        """The id of a ticket that a customer opened by mail."""
        before = self._newest()
        self.rt.mail_in("rita@customer.example", subject, QUESTION)
        found = self._newest()
        assert found > before
        return str(found)

    def drafted(self, subject: str) -> str:
        """The id of a ticket by mail, once its draft is written and has come back as an event."""
        found = self.asked(subject)
        until(lambda: self.comments(found), f"a draft in RT: {self.log('worker')[-3000:]}", PATIENCE)
        own = "select 1 from event where ticket_id = %s and author = 'integration' and message_id is not null"
        until(lambda: self.rows(own, found), "our own comment has come back", PATIENCE)
        self.settled(found, PATIENCE)
        return found

    def answered(self, ticket_id: str, words: str) -> None:
        """An agent replies in RT."""
        with self.rt.as_user("emma") as emma:
            reply = {"Content": words, "ContentType": "text/plain"}
            emma.post(f"/ticket/{ticket_id}/correspond", json=reply).raise_for_status()

    def commanded(self, ticket_id: str, words: str) -> None:
        """An agent writes a comment, which the requester does not see."""
        with self.rt.as_user("emma") as emma:
            note = {"Content": words, "ContentType": "text/plain"}
            emma.post(f"/ticket/{ticket_id}/comment", json=note).raise_for_status()

    def outcome(self, ticket_id: str) -> dict[str, Any]:
        """What became of a ticket's draft, once that is known."""
        sql = "select o.kind, o.similarity from outcome o join draft d on d.run_id = o.run_id where d.ticket_id = %s"
        (found,) = until(lambda: self.rows(sql, ticket_id), f"an outcome: {self.log('worker')[-2000:]}", PATIENCE)
        return dict(found)

    def mails(self, ticket_id: str) -> list[str]:
        """What RT has sent about a ticket."""
        return [mail for mail in self.rt.mails() if f"[rt.example #{ticket_id}]" in mail]

    def comments(self, ticket_id: str, author: str = "countersign") -> list[str]:
        """The subjects of somebody's comments, as an agent sees them in RT."""
        with self.rt.as_user("emma") as emma:
            query = {"fields": "Type,Creator,Data", "per_page": "100", "orderby": "id"}
            rows = emma.get(f"/ticket/{ticket_id}/history", params=query).raise_for_status().json()["items"]
        return [row["Data"].strip() for row in rows if (row["Type"], row["Creator"]["id"]) == ("Comment", author)]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`countersign ...` in this installation."""
        command = [sys.executable, "-m", "gateway", *arguments]
        return subprocess.run(
            command, env={"PATH": "/usr/bin:/bin", **self._environment}, cwd=ROOT, capture_output=True, text=True
        )

    def _newest(self) -> int:
        with self.rt.as_user("emma") as emma:
            query = {"query": "id > 0", "orderby": "id", "order": "DESC", "per_page": "1"}
            return int(emma.get("/tickets", params=query).raise_for_status().json()["items"][0]["id"])
