"""The client's side of a connection."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct

from devstack.redshift.wire.framing import Frames, FramingError, Message

log = logging.getLogger(__name__)

MOST_STARTUP_BYTES = 10_000
MOST_BYTES = 64 << 20  # a statement has at most 16 MB


class Client:
    """The client's side of a connection, after the TLS handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self._frames = Frames(MOST_BYTES)
        self.messages: asyncio.Queue[Message] = asyncio.Queue(maxsize=256)
        self._active = asyncio.get_running_loop().time()

    async def exactly(self, count: int) -> bytes:
        return await self._reader.readexactly(count)

    async def startup(self) -> bytes:
        """Read a startup message, which has no type, and return its body."""
        (length,) = struct.unpack("!I", await self.exactly(4))
        if not 8 <= length <= MOST_STARTUP_BYTES:
            raise FramingError(f"invalid length of startup packet: {length}")
        return await self.exactly(length - 4)

    async def one(self) -> Message:
        head = await self.exactly(5)
        (length,) = struct.unpack_from("!I", head, 1)
        if not 4 <= length <= MOST_STARTUP_BYTES:
            raise FramingError(f"invalid message length {length}")
        return Message(head[:1], head + await self.exactly(length - 4))

    async def read_all(self) -> None:
        """Queue incoming messages. Reading continues while a statement runs, so that a lost client is detected."""
        try:
            while data := await self._reader.read(1 << 16):
                self._touch()
                for message in self._frames.feed(data):
                    await self.messages.put(message)
        except (ConnectionError, FramingError, ssl.SSLError) as exc:
            log.info("client lost: %s", exc)

    async def drop_when_idle(self, seconds: float) -> None:
        """Drop the connection after ``seconds`` without traffic, as a load balancer does."""
        loop = asyncio.get_running_loop()
        while (idle := loop.time() - self._active) < seconds:
            await asyncio.sleep(seconds - idle)
        self.writer.transport.abort()

    def _touch(self) -> None:
        self._active = asyncio.get_running_loop().time()

    async def send(self, data: bytes) -> None:
        self._touch()
        self.writer.write(data)
        await self.writer.drain()


async def receive(peer: socket.socket, count: int) -> bytes:
    loop, data = asyncio.get_running_loop(), b""
    while len(data) < count:
        more = await loop.sock_recv(peer, count - len(data))
        if not more:
            raise ConnectionError("the peer closed the connection")
        data += more
    return data


async def secured(peer: socket.socket, tls: ssl.SSLContext) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, peer, ssl=tls)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
