"""Brings a client's messages to its session until either side goes away."""

from __future__ import annotations

import asyncio

from devstack.redshift.client import Client
from devstack.redshift.session.backend import Backend
from devstack.redshift.session.session import Session


async def converse(client: Client, session: Session, backend: Backend) -> None:
    """Handle messages until either side goes away."""
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
    while (message := await client.messages.get()).kind != b"X":
        await session.handle(message)
