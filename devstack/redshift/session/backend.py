"""The connection to PostgreSQL: one for each client session."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence

from devstack.redshift.session.replies import Asked, Filter, Replies, Reply, same
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import Frames

CHUNK = 1 << 18


class Backend:
    """Sends to PostgreSQL and follows its answers; ``deliver`` gets what is meant for the client."""

    def __init__(self, deliver: Callable[[bytes], Awaitable[None]]) -> None:
        self.replies = Replies()
        self.process = 0
        self.secret = 0
        self._deliver = deliver
        self._names = itertools.count(1)
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._frames = Frames(runs=True)
        self.closed = asyncio.Event()

    async def connect(self, host: str, port: int, parameters: Mapping[str, str]) -> dict[str, str]:
        """Start a session; return the parameters PostgreSQL reports. Raises ServerError where it refuses."""
        self._reader, self._writer = await asyncio.open_connection(host, port, limit=CHUNK)
        self._writer.write(m.startup(parameters))
        reported: dict[str, str] = {}
        while True:
            data = await self._reader.read(CHUNK)
            if not data:
                raise m.ServerError(code="08001", message="the backend refused the connection", severity="FATAL")
            for message in self._frames.feed(data):
                if message.kind == b"E":
                    raise m.ServerError.decode(message.body)
                if message.kind == b"S":
                    key, at = m.take_cstring(message.body, 0)
                    reported[key] = m.take_cstring(message.body, at)[0]
                elif message.kind == b"K":
                    self.process, self.secret = struct.unpack("!II", message.body)
                elif message.kind == b"Z":
                    return reported

    async def pump(self) -> None:
        """Pass answers on until the backend goes away."""
        try:
            while data := await self._reader.read(CHUNK):
                out: list[bytes] = []
                for message in self._frames.feed(data):
                    out += self.replies.take(message)
                if out:
                    await self._deliver(b"".join(out))
        except ConnectionError:
            pass
        finally:
            self.closed.set()
            self.replies.abandon()

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def drain(self) -> None:
        await self._writer.drain()

    def ask(self, asked: Asked, data: bytes, *, internal: bool = False, filter_: Filter = same) -> Reply:
        """Send a message whose answer is owed; while skipping only a Sync goes out."""
        reply = self.replies.owe(asked, internal=internal, filter_=filter_)
        if not reply.done.done():
            self.send(data)
        return reply

    async def settle(self) -> None:
        """Wait until nothing is owed."""
        last = self.replies.last
        if last is not None:
            self.send(m.FLUSH)
            await last.done

    async def run(self, sql: str, values: Sequence[str | None] = ()) -> list[list[bytes | None]]:
        """Run one statement of the proxy's own inside the client's transaction. Raises ServerError.

        Its statement and portal have names no client uses and are closed again.
        """
        await self.settle()
        name = f"standin {next(self._names)}"
        last = self._ask_all(name, sql, values)
        self.send(m.FLUSH)
        executed, closed = last
        await closed.done
        if executed.error is not None:
            raise executed.error
        return executed.rows

    def _ask_all(self, name: str, sql: str, values: Sequence[str | None]) -> tuple[Reply, Reply]:
        self.ask(Asked.PARSE, m.parse(name, sql), internal=True)
        self.ask(Asked.BIND, m.bind(name, name, values), internal=True)
        executed = self.ask(Asked.EXECUTE, m.execute(name), internal=True)
        self.ask(Asked.CLOSE, m.close(b"P", name), internal=True)
        return executed, self.ask(Asked.CLOSE, m.close(b"S", name), internal=True)

    async def query(self, sql: str) -> list[list[bytes | None]]:
        """Run a query text of the proxy's own outside any client's exchange. Raises ServerError."""
        reply = self.ask(Asked.QUERY, m.query(sql), internal=True)
        await reply.done
        if reply.error is not None:
            raise reply.error
        return reply.rows

    async def sync(self) -> None:
        """End an exchange of the proxy's own; the client does not hear of it."""
        await self.ask(Asked.SYNC, m.SYNC, internal=True).done

    async def copy(self, reply: Reply) -> bool:
        """Wait until PostgreSQL takes data; False where it refused."""
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        reply.copy_started = started
        if reply.done.done():
            return False
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([started])
        return started.done() and not started.cancelled()

    async def close(self) -> None:
        """Leave; a statement that runs is cancelled, so that no session stays behind."""
        if not hasattr(self, "_writer"):
            return
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


async def cancel(host: str, port: int, process: int, secret: int) -> None:
    """Pass a cancel request on."""
    with contextlib.suppress(ConnectionError):
        _, writer = await asyncio.open_connection(host, port)
        writer.write(m.cancel_request(process, secret))
        await writer.drain()
        writer.close()
        await writer.wait_closed()
