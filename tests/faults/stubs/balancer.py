"""What stands before several web processes, as a Kubernetes Service does: the next one in turn, none that is away."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence


class Balancer:
    """Passes connections on from one port to several. `ports` may be changed while it runs."""

    def __init__(self, port: int, ports: Sequence[int]) -> None:
        self.ports = list(ports)
        self._port = port
        self._turn = 0
        self._loop = asyncio.new_event_loop()

    @contextlib.contextmanager
    def running(self) -> Iterator["Balancer"]:
        ready = threading.Event()
        thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        thread.start()
        ready.wait(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._end(), self._loop)
            thread.join(10)

    def _serve(self, ready: threading.Event) -> None:
        self._server = self._loop.run_until_complete(asyncio.start_server(self._pass_on, "127.0.0.1", self._port))
        ready.set()
        self._loop.run_forever()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        lines = asyncio.all_tasks() - {asyncio.current_task()}
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        self._loop.stop()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            for _ in range(len(self.ports)):
                self._turn += 1
                with contextlib.suppress(OSError):
                    there = await asyncio.open_connection("127.0.0.1", self.ports[self._turn % len(self.ports)])
                    await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
                    break
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()
