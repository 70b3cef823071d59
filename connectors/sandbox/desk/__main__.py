"""Runs the desk as a process of its own: `python -m connectors.sandbox.desk --port 8090 --token ...`."""

import argparse
import json
import secrets
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from connectors.sandbox.desk.app import create_desk
from connectors.sandbox.desk.settings import RETRY_AFTER, Brand, DeskSettings

HOST = "127.0.0.1"  # the pages know no sign-in, so the desk is for this machine alone


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted. Exits 2 with one sentence where the arguments cannot work or the port is taken."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        settings = DeskSettings(_brands(given), retry_after=tuple(given.retry_after or RETRY_AFTER))
        line = _line(given.port)
    except (ValueError, TypeError, OSError) as error:
        parser.error(str(error))
    sys.stdout.write(f"Sandbox help desk: http://{HOST}:{line.getsockname()[1]}/\n")
    if not (given.brands or given.bot_token):
        sys.stdout.write(f"Integration user's token: {settings.brands[0].bot_token}\n")
    sys.stdout.flush()
    config = uvicorn.Config(create_desk(settings), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[line])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox.desk", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one (default: 8090)")
    parser.add_argument("--brand", default="demo", help="name of the one brand (default: demo)")
    parser.add_argument("--token", help="the agents' token: acts as anybody, moves the switches")
    parser.add_argument("--bot-token", help="the integration user's token; made up and printed when left out")
    parser.add_argument(
        "--webhook-url", help="where the brand's events go, such as http://127.0.0.1:8000/webhooks/demo"
    )
    parser.add_argument("--webhook-secret", help="whsec_... with which they are signed")
    parser.add_argument(
        "--retry-after", type=float, nargs="+", metavar="SECONDS", help="pauses between the tries of a webhook"
    )
    parser.add_argument(
        "--brands",
        type=Path,
        metavar="FILE",
        help="several brands, instead of the arguments above: a JSON list of objects with name, token, bot_token, "
        "webhook_url, webhook_secret",
    )
    return parser


def _line(port: int) -> socket.socket:
    """Where to listen, taken before anything is printed."""
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise ValueError(f"port {port} cannot be used: {error}; choose another with --port") from None


def _brands(given: argparse.Namespace) -> tuple[Brand, ...]:
    if given.brands:
        return tuple(Brand(**brand) for brand in json.loads(given.brands.read_text()))
    if not given.token:
        raise ValueError("--token is missing: choose one, or name a file of --brands")
    bot_token = given.bot_token or secrets.token_urlsafe(24)
    return (Brand(given.brand, given.token, bot_token, given.webhook_url, given.webhook_secret),)


if __name__ == "__main__":
    main()
