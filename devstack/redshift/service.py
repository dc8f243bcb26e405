"""The state that all sessions share: settings, a second connection to PostgreSQL, S3, faults."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg

from devstack.redshift.copy.storage import Storage
from devstack.redshift.faults import Faults
from devstack.redshift.settings import Settings
from devstack.redshift.sql.identifier import LONG_NAMES


class Service:
    """The shared state of one stand-in."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults = Faults()
        self.storage = Storage(settings.storage)
        self.type_oids: dict[int, int] = {}
        self._lock = asyncio.Lock()
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def sql(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement on the second connection, which a client's rollback does not affect."""
        async with self._lock:
            if self._connection is None or self._connection.closed:
                conninfo = f"{self.settings.conninfo} dbname={self.settings.database}"
                self._connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
            cursor = await self._connection.execute(statement.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    async def learn_types(self) -> None:
        """Map the OIDs of our types to those of Redshift, which drivers expect."""
        rows = await self.sql("SELECT typname, oid FROM pg_type WHERE typname IN ('super', 'varbyte')")
        redshift = {"super": 4000, "varbyte": 6551}
        self.type_oids = {int(oid): redshift[str(name)] for name, oid in rows}

    async def learn_names(self) -> None:
        for short, name in await self.sql("SELECT short, name FROM standin.long_names"):
            LONG_NAMES.add(str(short), str(name), saved=True)

    async def save_names(self) -> None:
        """Store new long names in the database, so that they outlive this process."""
        for short, name in LONG_NAMES.take_unsaved():
            await self.sql("INSERT INTO standin.long_names VALUES (%s, %s) ON CONFLICT DO NOTHING", [short, name])

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
