"""Runs the stub as a process of its own and says where it listens."""

import argparse
import socket
import sys

import uvicorn

from gateway.demo.stub_model.server import make_app


def main() -> None:
    """Serve on loopback until stopped; port 0 takes a free one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0.0, help="waited before each answer")
    asked = parser.parse_args()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", asked.port))
    except OSError:
        sys.exit(f"port {asked.port} is taken: choose another with --port")
    sys.stdout.write(f"stub model on http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        make_app(asked.latency_ms / 1000), log_level="critical", access_log=False, timeout_graceful_shutdown=1
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
