"""A page of ours beside a ticket: what a connector gives towards it, and what an admin installs in the help desk."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from string import Template

FILLED_IN = (".json", ".md")  # may say $gateway (our address) and $account
SAME_TIME = (1980, 1, 1, 0, 0, 0)  # so that the same content is the same file


@dataclass(frozen=True, slots=True)
class Agent:
    """The human in front of a sidebar, as the vendor's signed token says."""

    id: str
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Sidebar:
    """`script` speaks with the help desk around our page, by the vendor's library `sdk` where there is one. It sets
    `globalThis.desk`: `watch(told)` calls `told(ticket id)` for the ticket that is looked at; `insert(text)` puts a
    reply into the composer. `inserts`: there is such a call; where there is none, agents copy the reply.
    `package`: the folder that an admin installs, once it is packed."""

    script: Path
    package: Path
    sdk: str | None = None
    inserts: bool = False


def packed(sidebar: Sidebar, gateway: str, account: str) -> bytes:
    """The package as a zip file, with the gateway's address and the account's name filled in."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in sidebar.package.rglob("*") if path.is_file()):
            content = file.read_bytes()
            if file.suffix in FILLED_IN:
                content = Template(content.decode()).substitute(gateway=gateway, account=account).encode()
            archive.writestr(zipfile.ZipInfo(file.relative_to(sidebar.package).as_posix(), SAME_TIME), content)
    return made.getvalue()
