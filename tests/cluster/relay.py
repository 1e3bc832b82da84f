"""A TCP relay from 127.0.0.1 into the cluster's network, whose doors can be made to fail the way networks fail.

TLS passes through untouched. One thread carries all doors: it alone joins the cluster's network, so that sockets which
it opens start there, while the listening sockets were opened by the caller on the machine's own loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any

CHUNK = 65536
BACKLOG = 128
AT_ONCE = struct.pack("ii", 1, 0)  # linger for no time: the other side gets a reset instead of an end


class Door:
    """One listening port and what happens to those who come in. Its methods may be called from any thread."""

    def __init__(self, relay: Relay, target: tuple[str, int], port: int = 0) -> None:
        self._relay = relay
        self._target = target
        self._server: asyncio.Server | None = None
        self._passages: set[_Passage] = set()
        self._delay = 0.0
        self._silent = False
        listening = _listen(port)
        self.port: int = listening.getsockname()[1]
        relay.do(self._open(listening))

    def slow(self, seconds: float) -> None:
        """Hold back every piece of data, in both directions, by this long. 0 ends it."""
        self._delay = seconds

    def half_open(self, *, on: bool) -> None:
        """Connections stay and accept data, but nothing arrives any more. Those open at the time never come back."""
        if on:
            self._relay.do(self._freeze())
        else:
            self._silent = False

    def refuse(self, *, on: bool) -> None:
        """Nobody listens, and who was connected is cut off."""
        if on:
            self._relay.do(self._shut())
        elif self._server is None:
            self._relay.do(self._open(_listen(self.port)))

    def cut(self) -> None:
        """Reset every connection; new ones are welcome."""
        self._relay.do(self._cut())

    def close(self) -> None:
        self._relay.do(self._shut())

    @property
    def connections(self) -> int:
        return len(self._passages)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    async def _open(self, listening: socket.socket) -> None:
        self._server = await asyncio.start_server(self._serve, sock=listening, limit=CHUNK)

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _cut(self) -> None:
        for passage in list(self._passages):
            passage.abort()
        while self._passages:
            await asyncio.sleep(0)

    async def _freeze(self) -> None:
        self._silent = True
        for passage in self._passages:
            passage.dead = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passage = _Passage(writer, dead=self._silent)
        self._passages.add(passage)
        try:
            await self._carry(passage, reader, writer)
        except OSError:  # either side may break off at any time: then so does the other
            passage.abort()
        finally:
            passage.close()
            self._passages.discard(passage)

    async def _carry(self, passage: _Passage, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(*self._target, limit=CHUNK)
        passage.writers.append(inner_writer)
        await asyncio.gather(self._pump(passage, reader, inner_writer), self._pump(passage, inner_reader, writer))

    async def _pump(self, passage: _Passage, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            if self._delay:
                await asyncio.sleep(self._delay)
            if not passage.dead:  # else it is swallowed, as by a router that forgot the connection
                writer.write(data)
                await writer.drain()
        if not passage.dead:
            writer.write_eof()


class _Passage:
    """One client's connection and its counterpart inside."""

    def __init__(self, writer: asyncio.StreamWriter, *, dead: bool) -> None:
        self.writers = [writer]
        self.dead = dead

    def abort(self) -> None:
        """Reset, whatever was still to be sent."""
        for writer in self.writers:
            with contextlib.suppress(OSError):  # closed already
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    def close(self) -> None:
        for writer in self.writers:
            writer.close()


class Relay:
    """The thread with its event loop. ``join`` moves it into the cluster's network; without, it stays."""

    def __init__(self, join: Callable[[], None] | None = None) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._problem: BaseException | None = None
        self._ready = threading.Event()
        self._doors: list[Door] = []
        self._thread = threading.Thread(target=self._work, args=(join,), name="cluster-relay", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._problem is not None:
            raise self._problem

    def door(self, host: str, port: int, listen: int = 0) -> Door:
        door = Door(self, (host, port), listen)
        self._doors.append(door)
        return door

    def close(self) -> None:
        for door in self._doors:
            door.close()
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something in the relay's thread and wait until it is done."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _work(self, join: Callable[[], None] | None) -> None:
        loop = asyncio.SelectorEventLoop()
        try:
            if join is not None:
                join()
            self._loop = loop
        except OSError as problem:  # raised in the thread that waits for us
            self._problem = problem
        finally:
            self._ready.set()
        if self._problem is None:
            loop.run_forever()
        loop.close()


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(BACKLOG)
    return listening
