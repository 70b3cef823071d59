"""A help desk without any idempotency, and what it counted: the judge of what was lost and what was doubled.

It takes every write, at whatever version the ticket is, and knows no reference of ours. All that it can tell of an
earlier write is the thread itself, in which a note has its mark as the last line of its text.
"""

from pathlib import Path
from typing import Any

import yaml

from tests.house import ROOT, House

DESCRIBED = ROOT / "connectors" / "described" / "examples" / "sandbox.yaml"


def plain_account(folder: Path) -> dict[str, Any]:
    """An account's entry for such a desk: the sandbox as a description that leaves everything helpful out."""
    said = yaml.safe_load(DESCRIBED.read_text())
    del said["find"], said["write"]["conditional"], said["write"]["draft"], said["messages"]["read"]["mark"]
    for call in (said["write"]["note"], said["write"]["reply"], *said["write"]["changes"]):
        del call["body"]["if_version"]
        call["body"].get("message", {}).pop("client_ref", None)
    file = folder / "desk.yaml"
    file.write_text(yaml.safe_dump(said))
    return {"connector": "http", "options": {"description": str(file)}}


def stored(house: House) -> dict[str, dict[str, int]]:
    """Of each ticket, each text that was stored in it, and how often: the question among them."""
    counted = house.desk.get("/control/counters").raise_for_status().json()["tickets"]
    return {
        ticket: {text: count["stored"] for text, count in told["by_text"].items() if count["stored"]}
        for ticket, told in counted.items()
    }


def accepted(house: House) -> set[str]:
    """The ids of all events to which the gateway has said yes."""
    sent = house.desk.get("/control/deliveries").raise_for_status().json()["data"]
    return {delivery["id"] for delivery in sent if "accepted" in delivery["outcomes"]}
