"""The extended protocol: Parse, Bind, Describe, Execute and Sync."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from devstack.redshift.rules.plan import Plan, refuse
from devstack.redshift.rules.registry import plan_statement
from devstack.redshift.session import copying
from devstack.redshift.session.client_replies import ClientReplies, Shape
from devstack.redshift.session.replies import Reply, Request
from devstack.redshift.session.session import Session, lost_relation
from devstack.redshift.sql.statement import split
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import Message


@dataclass(kw_only=True)
class Prepared:
    """A prepared statement; ``locked_in`` is the transaction in which its locks were last taken."""

    plan: Plan
    shape: Shape = field(default_factory=Shape)
    locked_in: int = -1
    table_number: str = ""


@dataclass(kw_only=True)
class Portal:
    prepared: Prepared
    shape: Shape


class ExtendedProtocol:
    """Handle the messages between two Syncs; our own errors skip to the next Sync, as those of the server do."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._backend = session.backend
        self._statements: dict[str, Prepared] = {}
        self._portals: dict[str, Portal] = {}

    async def parse(self, body: bytes) -> None:
        name, at = m.take_cstring(body, 0)
        sql, at = m.take_cstring(body, at)
        if self._backend.replies.skipping:
            return
        statements = split(sql)
        if len(statements) > 1:
            await self._session.fail(refuse("cannot insert multiple commands into a prepared statement", "42601"))
            return
        if not statements:
            self._statements.pop(name, None)
            self._backend.request(Request.PARSE, m.parse(name, sql, body[at:]))
            return
        await self._settle_if_begun()
        try:
            self._session.drop_if_ordered("parse", sql)
            plan = plan_statement(statements[0], self._session.situation())
        except m.ServerError as error:
            await self._session.fail(error)
            return
        if not await self._visible(plan):
            return
        prepared = Prepared(plan=plan, table_number=await self._session.table_number(plan))
        if await self._lock(prepared):
            self._statements[name] = prepared
            self._backend.request(
                Request.PARSE, m.parse(name, plan.sql, body[at:]), filter_=self._client_replies(prepared)
            )

    async def bind(self, body: bytes) -> None:
        portal, at = m.take_cstring(body, 0)
        name, at = m.take_cstring(body, at)
        prepared = self._statements.get(name)
        if prepared is not None:
            if not await self._lock(prepared):
                return
            text_form = not any(_result_formats(body, at))
            self._portals[portal] = Portal(prepared=prepared, shape=prepared.shape if text_form else Shape())
        else:
            self._portals.pop(portal, None)
        self._backend.request(Request.BIND, m.message(b"B", body), filter_=self._client_replies(prepared))

    async def describe(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 1)
        portal = self._portals.get(name) if body[:1] == b"P" else None
        prepared = self._statements.get(name) if body[:1] == b"S" else None
        shape = portal.shape if portal else prepared.shape if prepared else None
        filter_ = ClientReplies(self._session.service.type_oids, shape)
        self._backend.request(Request.DESCRIBE, m.message(b"D", body), filter_=filter_)

    async def execute(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 0)
        portal = self._portals.get(name)
        whole = m.message(b"E", body)
        if portal is None or self._backend.replies.skipping:
            self._backend.request(Request.EXECUTE, whole)
            return
        plan = portal.prepared.plan
        if plan.copy is not None:
            await copying.run(self._session, plan, whole)
            return
        violation = self._session.commit_fault(plan)
        if violation is not None:
            await self._session.fail(violation)
            return
        filter_ = self._client_replies(portal.prepared, portal.shape)
        reply = self._backend.request(Request.EXECUTE, whole, filter_=filter_)
        await self._session.lose_reply(plan, reply)
        if not plan.plain or plan.settings or self._session.new_label:
            await self._follow(plan, reply)

    async def _follow(self, plan: Plan, reply: Reply) -> None:
        """Run the follow-up statements of a plan if its statement succeeded."""
        await self._backend.settle()
        if reply.error is not None:
            return
        try:
            for sql in [*plan.after, *(["COMMIT"] if plan.commits and self._session.in_block else [])]:
                await self._backend.run(sql)
        except m.ServerError as error:
            await self._session.send_to_client(error.encode())
        await self._session.after([plan])

    async def close(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 1)
        (self._statements if body[:1] == b"S" else self._portals).pop(name, None)
        self._backend.request(Request.CLOSE, m.message(b"C", body))

    async def sync(self, _body: bytes) -> None:
        reply = self._backend.request(Request.SYNC, m.SYNC)
        self._portals.clear()
        await reply.done
        self._session.synced()

    async def flush(self, _body: bytes) -> None:
        self._backend.send(m.FLUSH)

    async def _settle_if_begun(self) -> None:
        """Wait for pending replies: a BEGIN or COMMIT among them affects the rules."""
        if not self._backend.replies.idle:
            await self._backend.settle()

    async def _lock(self, prepared: Prepared) -> bool:
        """Take the locks that a statement needs before its snapshot; return False after reporting a failure."""
        if not prepared.plan.before:
            return True
        await self._settle_if_begun()
        if self._backend.replies.skipping:
            return False
        if not self._session.in_block or prepared.locked_in == self._session.transaction:
            return True
        try:
            for sql in prepared.plan.before:
                await self._backend.run(sql)
        except m.ServerError as error:
            await self._session.send_to_client(self._translated(error, prepared))
            return False
        prepared.locked_in = self._session.transaction
        return True

    async def _visible(self, plan: Plan) -> bool:
        """Return whether the transaction's snapshot has all named tables; return False after reporting an error."""
        query = self._session.lost_relations_query(plan)
        try:
            lost = await self._backend.run(query) if query else []
            await self._session.trust_declared_keys(plan, self._backend.run)
        except m.ServerError as error:
            await self._session.send_to_client(error.encode())
            return False
        if lost:
            await self._session.fail(lost_relation())
        return not lost

    def _translated(self, error: m.ServerError, prepared: Prepared) -> bytes:
        client_replies = ClientReplies(self._session.service.type_oids)
        client_replies.relation = prepared.table_number
        encoded = error.encode()
        return b"".join(client_replies(Message(b"E", encoded)))

    def _client_replies(self, prepared: Prepared | None, shape: Shape | None = None) -> ClientReplies:
        client_replies = ClientReplies(self._session.service.type_oids, shape, prepared.plan.tag if prepared else None)
        client_replies.relation = prepared.table_number if prepared else ""
        return client_replies


def _result_formats(body: bytes, at: int) -> list[int]:
    """Return the result formats of a Bind message; ``at`` is the offset after its names."""
    (count,) = struct.unpack_from("!H", body, at)
    at += 2 + 2 * count
    (values,) = struct.unpack_from("!H", body, at)
    at += 2
    for _ in range(values):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4 + max(length, 0)
    (formats,) = struct.unpack_from("!H", body, at)
    return list(struct.unpack_from(f"!{formats}H", body, at + 2))
