"""The gateway as an installation would run it, with a real Request Tracker instead of the sandbox."""

import subprocess
import sys
from pathlib import Path

import httpx
import yaml

from connectors.contract import Account
from tests.house import OWNER, ROOT, House
from tests.live.rt_server import RequestTracker


class RequestTrackerHouse(House):
    """Web process and worker. The web process listens where RT's scrip delivers to."""

    def __init__(self, folder: Path, database_url: str, rt: RequestTracker, account: Account) -> None:
        super().__init__(folder, database_url)
        self.rt = rt
        self.web_port = rt.hook_port
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
            }
        }
        file.write_text(yaml.safe_dump(installation))
        self._environment |= {f"RT_{role.upper()}": value for role, value in account.secrets.items()}
        self._environment["COUNTERSIGN_PORT"] = str(self.web_port)

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
