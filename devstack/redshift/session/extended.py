"""The extended protocol: Parse, Bind, Describe, Execute, and the Sync that ends them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from devstack.redshift.rules.plan import Plan, refuse
from devstack.redshift.rules.registry import plan_statement
from devstack.redshift.session import copying
from devstack.redshift.session.outward import Outward, Shape
from devstack.redshift.session.replies import Asked, Reply
from devstack.redshift.session.session import Session, lost_relation
from devstack.redshift.sql.statement import split
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import Message


@dataclass(kw_only=True)
class Prepared:
    """A statement the client named; ``locked_in`` is the transaction in which its locks were last taken."""

    plan: Plan
    shape: Shape = field(default_factory=Shape)
    locked_in: int = -1
    table_number: str = ""


@dataclass(kw_only=True)
class Portal:
    prepared: Prepared
    shape: Shape


class ExtendedProtocol:
    """Carries out the messages between two Syncs; an error of ours skips to the next, as one of the server does."""

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
            self._backend.ask(Asked.PARSE, m.parse(name, sql, body[at:]))
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
            self._backend.ask(Asked.PARSE, m.parse(name, plan.sql, body[at:]), filter_=self._outward(prepared))

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
        self._backend.ask(Asked.BIND, m.message(b"B", body), filter_=self._outward(prepared))

    async def describe(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 1)
        portal = self._portals.get(name) if body[:1] == b"P" else None
        prepared = self._statements.get(name) if body[:1] == b"S" else None
        shape = portal.shape if portal else prepared.shape if prepared else None
        filter_ = Outward(self._session.service.type_oids, shape)
        self._backend.ask(Asked.DESCRIBE, m.message(b"D", body), filter_=filter_)

    async def execute(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 0)
        portal = self._portals.get(name)
        whole = m.message(b"E", body)
        if portal is None or self._backend.replies.skipping:
            self._backend.ask(Asked.EXECUTE, whole)
            return
        plan = portal.prepared.plan
        if plan.copy is not None:
            await copying.run(self._session, plan, whole)
            return
        violation = self._session.commit_fault(plan)
        if violation is not None:
            await self._session.fail(violation)
            return
        filter_ = self._outward(portal.prepared, portal.shape)
        reply = self._backend.ask(Asked.EXECUTE, whole, filter_=filter_)
        await self._session.lose_reply(plan, reply)
        if not plan.plain or plan.settings:
            await self._follow(plan, reply)

    async def _follow(self, plan: Plan, reply: Reply) -> None:
        """Run what belongs behind a statement, where that went well."""
        await self._backend.settle()
        if reply.error is not None:
            return
        try:
            for sql in [*plan.after, *(["COMMIT"] if plan.commits and self._session.in_block else [])]:
                await self._backend.run(sql)
        except m.ServerError as error:
            await self._session.tell(error.encode())
        await self._session.after([plan])

    async def close(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 1)
        (self._statements if body[:1] == b"S" else self._portals).pop(name, None)
        self._backend.ask(Asked.CLOSE, m.message(b"C", body))

    async def sync(self, _body: bytes) -> None:
        reply = self._backend.ask(Asked.SYNC, m.SYNC)
        self._portals.clear()
        await reply.done
        self._session.synced()

    async def flush(self, _body: bytes) -> None:
        self._backend.send(m.FLUSH)

    async def _settle_if_begun(self) -> None:
        """What is in flight may be a BEGIN or a COMMIT: know before judging what depends on it."""
        if not self._backend.replies.idle:
            await self._backend.settle()

    async def _lock(self, prepared: Prepared) -> bool:
        """Take the locks a statement needs before its snapshot; False where that failed and the client knows."""
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
            await self._session.tell(self._translated(error, prepared))
            return False
        prepared.locked_in = self._session.transaction
        return True

    async def _visible(self, plan: Plan) -> bool:
        """Ask the catalogue; tell whether the transaction's snapshot has all tables named; if not, the client knows."""
        question = self._session.asks_for_lost(plan)
        try:
            lost = await self._backend.run(question) if question else []
            await self._session.believe_keys(plan, self._backend.run)
        except m.ServerError as error:
            await self._session.tell(error.encode())
            return False
        if lost:
            await self._session.fail(lost_relation())
        return not lost

    def _translated(self, error: m.ServerError, prepared: Prepared) -> bytes:
        outward = Outward(self._session.service.type_oids)
        outward.relation = prepared.table_number
        encoded = error.encode()
        return b"".join(outward(Message(b"E", encoded)))

    def _outward(self, prepared: Prepared | None, shape: Shape | None = None) -> Outward:
        outward = Outward(self._session.service.type_oids, shape, prepared.plan.tag if prepared else None)
        outward.relation = prepared.table_number if prepared else ""
        return outward


def _result_formats(body: bytes, at: int) -> list[int]:
    """Read the result formats of a Bind, whose names end at ``at``."""
    (count,) = struct.unpack_from("!H", body, at)
    at += 2 + 2 * count
    (values,) = struct.unpack_from("!H", body, at)
    at += 2
    for _ in range(values):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4 + max(length, 0)
    (formats,) = struct.unpack_from("!H", body, at)
    return list(struct.unpack_from(f"!{formats}H", body, at + 2))
