"""The connection to PostgreSQL: one per client session."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence

from devstack.redshift.session.replies import Filter, Replies, Reply, Request, same
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import Frames

CHUNK = 1 << 18


class Backend:
    """Send messages to PostgreSQL and track its replies; ``deliver`` receives those for the client."""

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
        """Start a session; return the parameters that PostgreSQL reports. Raise ServerError if it rejects it."""
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
        """Forward replies until the backend closes the connection."""
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

    def request(self, request: Request, data: bytes, *, internal: bool = False, filter_: Filter = same) -> Reply:
        """Send a message and expect its reply; while skipping only a Sync is sent."""
        reply = self.replies.expect(request, internal=internal, filter_=filter_)
        if not reply.done.done():
            self.send(data)
        return reply

    async def settle(self) -> None:
        """Wait until no reply is pending."""
        last = self.replies.last
        if last is not None:
            self.send(m.FLUSH)
            await last.done

    async def run(self, sql: str, values: Sequence[str | None] = ()) -> list[list[bytes | None]]:
        """Run a statement of the proxy inside the client's transaction. Raise ServerError if it fails.

        Its statement and portal have names that no client uses, and are closed afterwards.
        """
        await self.settle()
        name = f"standin {next(self._names)}"
        last = self._request_all(name, sql, values)
        self.send(m.FLUSH)
        executed, closed = last
        await closed.done
        if executed.error is not None:
            raise executed.error
        return executed.rows

    def _request_all(self, name: str, sql: str, values: Sequence[str | None]) -> tuple[Reply, Reply]:
        self.request(Request.PARSE, m.parse(name, sql), internal=True)
        self.request(Request.BIND, m.bind(name, name, values), internal=True)
        executed = self.request(Request.EXECUTE, m.execute(name), internal=True)
        self.request(Request.CLOSE, m.close(b"P", name), internal=True)
        return executed, self.request(Request.CLOSE, m.close(b"S", name), internal=True)

    async def query(self, sql: str) -> list[list[bytes | None]]:
        """Run a query of the proxy outside the client's extended exchange. Raise ServerError if it fails."""
        reply = self.request(Request.QUERY, m.query(sql), internal=True)
        await reply.done
        if reply.error is not None:
            raise reply.error
        return reply.rows

    async def sync(self) -> None:
        """End an extended exchange of the proxy; the client does not see the reply."""
        await self.request(Request.SYNC, m.SYNC, internal=True).done

    async def copy(self, reply: Reply) -> bool:
        """Wait until PostgreSQL accepts data; return False if it rejected the COPY."""
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        reply.copy_started = started
        if reply.done.done():
            return False
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([started])
        return started.done() and not started.cancelled()

    async def close(self) -> None:
        """Close the connection."""
        if not hasattr(self, "_writer"):
            return
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


async def cancel(host: str, port: int, process: int, secret: int) -> None:
    """Forward a cancel request."""
    with contextlib.suppress(ConnectionError):
        _, writer = await asyncio.open_connection(host, port)
        writer.write(m.cancel_request(process, secret))
        await writer.drain()
        writer.close()
        await writer.wait_closed()
