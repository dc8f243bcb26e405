"""Pass a client's messages to its session until either side closes the connection."""

from __future__ import annotations

import asyncio

from devstack.redshift.client import Client
from devstack.redshift.rules.plan import refuse
from devstack.redshift.session.backend import Backend
from devstack.redshift.session.extended import ExtendedProtocol
from devstack.redshift.session.session import Session
from devstack.redshift.session.simple import SimpleProtocol

REST_OF_A_COPY = (b"d", b"c", b"f")  # a client may already have sent data of a COPY that was refused


async def converse(client: Client, session: Session, backend: Backend) -> None:
    """Handle messages until either side closes the connection."""
    reading = asyncio.ensure_future(client.read_all())
    handling = asyncio.ensure_future(_handle_all(client, session))
    gone = asyncio.ensure_future(backend.closed.wait())
    tasks = (reading, handling, gone)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if reading.done() and not handling.done() and not client.messages.empty():
            await asyncio.wait((handling,), timeout=1)
        if handling.done():
            handling.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _handle_all(client: Client, session: Session) -> None:
    simple, extended = SimpleProtocol(session), ExtendedProtocol(session)
    handlers = {
        b"Q": simple.query,
        b"P": extended.parse,
        b"B": extended.bind,
        b"D": extended.describe,
        b"E": extended.execute,
        b"C": extended.close,
        b"S": extended.sync,
        b"H": extended.flush,
    }
    while (message := await client.messages.get()).kind != b"X":
        if message.kind in handlers:
            await handlers[message.kind](message.body)
            await session.backend.drain()
            await session.service.save_names()
        elif message.kind not in REST_OF_A_COPY:
            await session.fail(refuse(f"unexpected message type {message.kind!r}", "08P01"))
