"""A bad network: a TCP proxy that delays what goes through it, stalls, and cuts.

As TCP does, it loses nothing and keeps the order: what is held up holds up what follows.
"""

import asyncio
import contextlib
import random
import threading
from collections.abc import Coroutine
from typing import Any

CHUNK = 4096


class Proxy:
    """Leads from a port of its own to `target` on this machine; delays in seconds, each way.

    Runs in a thread, from the making to `close()`.
    """

    def __init__(self, target: int, delay: float = 0.0, spread: float = 0.0, seed: int = 9) -> None:
        self._target, self._delay, self._spread = target, delay, spread
        self._random = random.Random(seed)
        self._flows = asyncio.Event()  # cleared while it stalls
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._lead, "127.0.0.1", 0, limit=CHUNK))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.flow()

    def stall(self) -> None:
        """Nothing goes through any more, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def flow(self) -> None:
        """What was held up goes on."""
        self._loop.call_soon_threadsafe(self._flows.set)

    def cut(self) -> None:
        """Every connection breaks off; new ones may be made."""
        self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        async def closed() -> None:
            self._server.close()
            self._cut()
            await asyncio.sleep(0)

        self._run(closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run[T](self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    def _cut(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target, limit=CHUNK)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        self._open -= {writer, back}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One way: what was read is on its way for a while, and more is read meanwhile."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(1000)
        delivery = asyncio.create_task(self._deliver(on_the_way, writer))
        last = 0.0
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                takes = self._random.uniform(self._delay - self._spread, self._delay + self._spread)
                last = max(last, self._loop.time() + takes)
                await on_the_way.put((last, data))
        await on_the_way.put((last, b""))
        await delivery

    async def _deliver(
        self, on_the_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = await on_the_way.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                await self._flows.wait()
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        writer.close()
