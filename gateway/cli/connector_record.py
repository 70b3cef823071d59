"""`countersign connector record`: real deliveries and answers become fixtures, without the people in them."""

import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from gateway.errors import GatewayError, NotAllowed
from gateway.ledger.sheet import harmless

if TYPE_CHECKING:
    from starlette.applications import Starlette

BEGUN = """\
Recording into {place}.
  The API:   point the connector, or curl, at http://127.0.0.1:{port} in place of {upstream}
  Webhooks:  let a tunnel lead from the help desk to http://127.0.0.1:{port}/webhooks/anything
Ctrl+C ends it."""
ENDED = """\
{count} recorded in {place}. Names, addresses, e-mails, phones and tokens were replaced where a key or a pattern shows
them. READ EVERY FILE before you commit it: a free text may still tell of somebody. Then rename webhooks/unsorted__* to
the event that each must become, such as requester_replied__attachment.json."""


def add_to(group: typer.Typer) -> None:
    group.command("record")(record)


def record(
    name: Annotated[str, typer.Argument(help="The connector that the recordings are for.")],
    upstream: Annotated[str | None, typer.Option(help="The help desk's address; without it only webhooks.")] = None,
    listen: Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine.")] = 8500,
    out: Annotated[
        Path | None, typer.Option(help="Default: tests/connectors/NAME", file_okay=False, show_default=False)
    ] = None,
    scrub: Annotated[list[str] | None, typer.Option(help="A word more to take out; repeat it.")] = None,
) -> None:
    """Stand between a caller and a help desk, and write what passes, scrubbed. The caller sees it unchanged."""
    from connectors.recorder.folder import Folder
    from connectors.recorder.proxy import recorder
    from connectors.recorder.scrub import Scrubber

    host = _host(upstream)
    place = out or _fixtures(name)
    folder = Folder(place, Scrubber(scrub or (), host))
    kept: list[str] = []

    def tell(line: str, recorded: bool) -> None:
        kept.extend([line] if recorded else [])
        typer.echo(f"  {harmless(line)}")

    listener = _listening(listen)
    port = listener.getsockname()[1]
    typer.echo(BEGUN.format(place=place, port=port, upstream=upstream or "the help desk"))
    _serve(recorder(upstream, folder, tell), listener)
    folder.finish()
    typer.echo(ENDED.format(count=len(kept), place=place))


def _host(upstream: str | None) -> str | None:
    """The help desk's name, which is the company's too often. Raises BadParameter where there is none."""
    if upstream is None:
        return None
    try:
        parts = urlsplit(upstream)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment:
        raise typer.BadParameter("Write an address such as https://example.com.", param_hint="--upstream")
    return host


def _fixtures(name: str) -> Path:
    place = Path("tests", "connectors", name)
    if not place.is_dir():
        remedy = f"`countersign connector new {name}` makes it; or name a folder with --out"
        raise NotAllowed(f"there is no folder {place} here", remedy=remedy)
    return place


def _serve(app: "Starlette", listener: socket.socket) -> None:
    """Until Ctrl+C or a signal to end, after which what was recorded is still gone over once more."""
    import uvicorn

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # the server hands the signal back when it has ended
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, date_header=False)
    uvicorn.Server(config).run(sockets=[listener])


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise GatewayError(
            f"port {port} cannot be used ({error.strerror})", remedy="Choose another: --listen"
        ) from None
