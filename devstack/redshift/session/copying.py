"""COPY inside a session: the session's side of ``devstack.redshift.copy``."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from devstack.redshift.copy.errors import LoadError
from devstack.redshift.copy.job import Loaded, Pieces, prepare, stream
from devstack.redshift.faults import Dropped
from devstack.redshift.rules.plan import Plan
from devstack.redshift.session.client_replies import ClientReplies
from devstack.redshift.session.replies import Reply, Request
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import LENGTH, Message

if TYPE_CHECKING:
    from devstack.redshift.session.session import Session

ABANDONED = "the stand-in aborted the COPY"


async def run(session: Session, plan: Plan, execute: bytes) -> None:
    """Handle the Execute of a COPY; every failure is reported to the client as the COPY's error."""
    backend, copy = session.backend, plan.copy
    await backend.settle()
    if backend.replies.skipping or copy is None:
        return
    loaded = Loaded(query_id=0, started=_now())
    try:
        loaded.query_id = await _begin(session)
        pieces = await prepare(copy, backend.run, loaded, session.service.storage, session.user)
    except LoadError as error:
        await _record(session, plan, loaded, error)
        await session.fail(error.as_server_error(loaded.query_id, backend.process))
        return
    except m.ServerError as error:
        await (session.send_to_client(error.encode()) if backend.replies.skipping else session.fail(error))
        return
    try:
        await _load(session, plan, execute, loaded, pieces)
    finally:
        await asyncio.to_thread(pieces.close)


async def _begin(session: Session) -> int:
    """Reset the last COPY's count and assign a number to this COPY; a rollback affects neither."""
    sql = (
        "SELECT pg_catalog.nextval('standin.query_ids'), pg_catalog.setval('pg_temp.standin_copy_count', 0), "
        "pg_catalog.setval('pg_temp.standin_copy_id', pg_catalog.currval('standin.query_ids'))"
    )
    rows = await session.backend.run(sql)
    return int(rows[0][0] or b"0")


async def _load(session: Session, plan: Plan, execute: bytes, loaded: Loaded, pieces: Pieces) -> None:
    backend = session.backend
    filter_ = CopyAnswer(session)
    reply = backend.request(Request.EXECUTE, execute, filter_=filter_)
    backend.send(m.FLUSH)
    if not await backend.copy(reply):
        return
    try:
        await stream(pieces, _sender(session, plan, reply))
    except LoadError as error:
        filter_.refusal = error.as_server_error(loaded.query_id, backend.process)
        backend.send(m.copy_fail(ABANDONED))
        await reply.done
        await _record(session, plan, loaded, error)
        return
    if not reply.done.done():
        backend.send(m.COPY_DONE + m.FLUSH)
        await reply.done
    if reply.error is None:  # store the count before replying: the client may query it next
        await backend.run(f"SELECT pg_catalog.setval('pg_temp.standin_copy_count', {loaded.rows})")
        await _record(session, plan, loaded, None)
        await session.send_to_client(m.command_complete("COPY"))


class CopyAnswer:
    """Hold back the tag, and replace PostgreSQL's error for an aborted COPY with our refusal."""

    def __init__(self, session: Session) -> None:
        self.refusal: m.ServerError | None = None
        self._client_replies = ClientReplies(session.service.type_oids)

    def __call__(self, message: Message) -> Sequence[bytes]:
        if message.kind == b"C":
            return ()
        if message.kind == b"E" and self.refusal is not None:
            return (self.refusal.encode(),)
        return self._client_replies(message)


def _sender(session: Session, plan: Plan, reply: Reply) -> Callable[[bytes], Awaitable[bool]]:
    async def send(piece: bytes) -> bool:
        fault = session.service.faults.at("copy", session.application_name, plan.statement.text)
        if fault is not None and fault.kind == "slow_copy":
            await asyncio.sleep(fault.seconds)
        elif fault is not None:
            raise Dropped(fault.kind)
        if reply.done.done():
            return False
        session.backend.send(b"d" + LENGTH.pack(len(piece) + 4))
        session.backend.send(piece)
        await session.backend.drain()
        return True

    return send


async def _record(session: Session, plan: Plan, loaded: Loaded, error: LoadError | None) -> None:
    """Write the rows of the system views on the second connection."""
    table, copy = loaded.table, plan.copy
    common = [loaded.query_id, session.user, session.backend.process]
    oid = table.oid if table else None
    await session.service.sql(
        "INSERT INTO standin.loads (query_id, user_name, session_id, transaction_id, status, table_name, table_oid, "
        "start_time, end_time, data_source, loaded_rows, loaded_bytes, source_file_count, source_file_bytes, "
        "error_count) "
        "VALUES (%s, %s, %s, 0, %s, %s, %s, %s, %s, %s, %s, 0, %s, %s, %s)",
        [
            *common,
            "completed" if error is None else "failed",
            table.name if table else None,
            oid,
            loaded.started,
            _now(),
            copy.source if copy else None,
            loaded.rows if error is None else 0,
            len(loaded.files),
            sum(file.size for file in loaded.files),
            0 if error is None else 1,
        ],
    )
    if error is not None:
        hidden = session.service.faults.at("load_error", session.application_name, plan.statement.text) is not None
        await session.service.sql(
            "INSERT INTO standin.load_errors VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                *common,
                oid,
                loaded.started,
                error.file_name,
                error.column_name,
                error.column_type,
                error.column_length,
                error.position,
                error.code,
                error.logged,
                hidden,
            ],
        )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
