"""Reads what a client asks, has the rules decide, and asks PostgreSQL accordingly."""

from __future__ import annotations

import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devstack.redshift.faults import Dropped
from devstack.redshift.rules.plan import Plan, Situation, raising, refuse
from devstack.redshift.rules.table import plan_statement
from devstack.redshift.session import copying
from devstack.redshift.session.backend import Backend
from devstack.redshift.session.outward import Outward, Segment, Segments, Shape
from devstack.redshift.session.replies import Asked, Reply
from devstack.redshift.sql.statement import split
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import Message

if TYPE_CHECKING:
    from devstack.redshift.service import Service


@dataclass(kw_only=True)
class Prepared:
    """A statement the client named; ``locked_in`` is the transaction in which its locks were last taken."""

    plan: Plan
    shape: Shape = field(default_factory=Shape)
    locked_in: int = -1


@dataclass(kw_only=True)
class Portal:
    prepared: Prepared
    shape: Shape


class Session:
    """One client. ``handle`` takes its messages in order."""

    def __init__(
        self, service: Service, backend: Backend, user: str, application_name: str, *, superuser: bool
    ) -> None:
        self.service = service
        self.backend = backend
        self.user = user
        self.application_name = application_name
        self.in_block = False
        self.label = "default"
        self._superuser = superuser
        self._transaction = 0
        self._case_sensitive = False
        self._statements: dict[str, Prepared] = {}
        self._portals: dict[str, Portal] = {}
        backend.replies.on_complete = self._completed
        self._handlers: dict[bytes, Callable[[bytes], Coroutine[Any, Any, None]]] = {
            b"Q": self._query,
            b"P": self._parse,
            b"B": self._bind,
            b"D": self._describe,
            b"E": self._execute,
            b"C": self._close,
            b"S": self._sync,
            b"H": self._flush,
        }
        self.tell: Callable[[bytes], Coroutine[Any, Any, None]]

    async def handle(self, message: Message) -> None:
        """Carry out one message of the client."""
        handler = self._handlers.get(message.kind)
        if handler is None:
            if message.kind in (b"d", b"c", b"f"):  # the rest of a COPY that was refused
                return
            await self.fail(refuse(f"unexpected message type {message.kind!r}", "08P01"))
            return
        await handler(message.body)
        await self.backend.drain()

    def situation(self, *, several: bool = False) -> Situation:
        return Situation(
            in_block=self.in_block,
            several=several,
            user=self.user,
            superuser=self._superuser,
            case_sensitive=self._case_sensitive,
            denies=self.service.faults.denies,
        )

    async def fail(self, error: m.ServerError) -> None:
        """Make the client's transaction fail with an error of ours, inside an extended exchange."""
        await self.backend.settle()
        if self.backend.replies.skipping:
            return
        try:
            await self.backend.run(raising(error))
        except m.ServerError as exc:
            await self.tell((exc if exc.code == "25P02" else error).encode())

    def drop_if_ordered(self, point: str, text: str) -> None:
        fault = self.service.faults.at(point, self.application_name, text)
        if fault is not None and fault.kind.startswith("drop"):
            raise Dropped(fault.kind)
        if fault is not None:
            raise refuse("1018", "XX000", detail="Relation does not exist")

    def _completed(self, tag: str) -> None:
        """Follow the transaction by the tags of what ran: its status comes with the next Sync only."""
        if tag in ("BEGIN", "START TRANSACTION"):
            self.in_block = True
        elif tag in ("COMMIT", "ROLLBACK"):
            self.in_block = False
            self._transaction += 1

    # -- simple protocol

    async def _query(self, body: bytes) -> None:
        sql, _ = m.take_cstring(body, 0)
        if self.backend.replies.skipping:
            return
        await self.backend.settle()
        statements = split(sql)
        situation = self.situation(several=len(statements) > 1)
        plans = [self._plan(statement, situation) for statement in statements]
        if len(plans) == 1 and plans[0].copy is not None:
            await self._simple_copy(plans[0])
            return
        for plan in plans:
            violation = self._commit_fault(plan)
            plan.sql = raising(violation) if violation is not None else plan.sql
        segments: list[Segment] = []
        text = ";\n".join(self._segments(plans, segments)) if plans else sql
        relation = next((plan.writes for plan in plans if plan.writes), "")
        filter_ = Segments(self.service.type_oids, segments or [Segment(visible=True)], relation)
        reply = self.backend.ask(Asked.QUERY, m.query(text), filter_=filter_)
        for plan in plans:
            await self._lose_reply(plan, reply)
        await reply.done
        self.in_block = self.backend.replies.status != b"I"
        self._after(plans)

    def _plan(self, statement: Any, situation: Situation) -> Plan:
        try:
            self.drop_if_ordered("parse", statement.text)
            plan = plan_statement(statement, situation)
            if plan.copy is not None and situation.several:
                raise refuse("COPY cannot run inside a multiple commands statement", "0A000")
        except m.ServerError as error:
            plan = Plan(statement=statement, sql=raising(error))
        word = statement.tokens[0].word
        if word in ("BEGIN", "START"):
            situation.in_block = True
        elif word in ("COMMIT", "END", "ROLLBACK", "ABORT"):
            situation.in_block = False
        return plan

    def _segments(self, plans: list[Plan], segments: list[Segment]) -> list[str]:
        texts: list[str] = []
        in_block = self.in_block
        for plan in plans:
            before = plan.before if in_block else []
            after = [*plan.after, *(["COMMIT"] if plan.commits and in_block else [])]
            texts += [*before, plan.sql, *after]
            segments += [Segment(visible=False)] * len(before)
            segments.append(Segment(visible=True, tag=plan.tag))
            segments += [Segment(visible=False)] * len(after)
            in_block = (in_block or plan.opens) and not plan.ends
        return texts

    async def _simple_copy(self, plan: Plan) -> None:
        """Run a COPY that came as a simple query through the extended protocol."""
        parsed = self.backend.ask(Asked.PARSE, m.parse("", plan.sql), internal=True)
        bound = self.backend.ask(Asked.BIND, m.bind("", ""), internal=True)
        await self.backend.settle()
        error = parsed.error or bound.error
        if error is None:
            await copying.run(self, plan, m.execute(""))
        else:
            await self.tell(error.encode())
        await self.backend.ask(Asked.SYNC, m.SYNC).done
        self.in_block = self.backend.replies.status != b"I"

    # -- extended protocol

    async def _parse(self, body: bytes) -> None:
        name, at = m.take_cstring(body, 0)
        sql, at = m.take_cstring(body, at)
        if self.backend.replies.skipping:
            return
        statements = split(sql)
        if len(statements) > 1:
            await self.fail(refuse("cannot insert multiple commands into a prepared statement", "42601"))
            return
        if not statements:
            self._statements.pop(name, None)
            self.backend.ask(Asked.PARSE, m.parse(name, sql, body[at:]))
            return
        await self._settle_if_begun()
        try:
            self.drop_if_ordered("parse", sql)
            plan = plan_statement(statements[0], self.situation())
        except m.ServerError as error:
            await self.fail(error)
            return
        prepared = Prepared(plan=plan)
        if await self._lock(prepared):
            self._statements[name] = prepared
            self.backend.ask(Asked.PARSE, m.parse(name, plan.sql, body[at:]), filter_=self._outward(prepared))

    async def _bind(self, body: bytes) -> None:
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
        self.backend.ask(Asked.BIND, m.message(b"B", body), filter_=self._outward(prepared))

    async def _describe(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 1)
        portal = self._portals.get(name) if body[:1] == b"P" else None
        prepared = self._statements.get(name) if body[:1] == b"S" else None
        shape = portal.shape if portal else prepared.shape if prepared else None
        filter_ = Outward(self.service.type_oids, shape)
        self.backend.ask(Asked.DESCRIBE, m.message(b"D", body), filter_=filter_)

    async def _execute(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 0)
        portal = self._portals.get(name)
        whole = m.message(b"E", body)
        if portal is None or self.backend.replies.skipping:
            self.backend.ask(Asked.EXECUTE, whole)
            return
        plan = portal.prepared.plan
        if plan.copy is not None:
            await copying.run(self, plan, whole)
            return
        violation = self._commit_fault(plan)
        if violation is not None:
            await self.fail(violation)
            return
        filter_ = self._outward(portal.prepared, portal.shape)
        reply = self.backend.ask(Asked.EXECUTE, whole, filter_=filter_)
        await self._lose_reply(plan, reply)
        if not plan.plain or plan.settings:
            await self._follow(plan, reply)

    async def _follow(self, plan: Plan, reply: Reply) -> None:
        """Run what belongs behind a statement, where that went well."""
        await self.backend.settle()
        if reply.error is not None:
            return
        try:
            for sql in [*plan.after, *(["COMMIT"] if plan.commits and self.in_block else [])]:
                await self.backend.run(sql)
        except m.ServerError as error:
            await self.tell(error.encode())
        self._after([plan])

    async def _close(self, body: bytes) -> None:
        name, _ = m.take_cstring(body, 1)
        (self._statements if body[:1] == b"S" else self._portals).pop(name, None)
        self.backend.ask(Asked.CLOSE, m.message(b"C", body))

    async def _sync(self, _body: bytes) -> None:
        reply = self.backend.ask(Asked.SYNC, m.SYNC)
        self._portals.clear()
        await reply.done
        self.in_block = self.backend.replies.status != b"I"

    async def _flush(self, _body: bytes) -> None:
        self.backend.send(m.FLUSH)

    async def _settle_if_begun(self) -> None:
        """What is in flight may be a BEGIN or a COMMIT: know before judging what depends on it."""
        if not self.backend.replies.idle:
            await self.backend.settle()

    async def _lock(self, prepared: Prepared) -> bool:
        """Take the locks a statement needs before its snapshot; False where that failed and the client knows."""
        if not prepared.plan.before:
            return True
        await self._settle_if_begun()
        if self.backend.replies.skipping:
            return False
        if not self.in_block or prepared.locked_in == self._transaction:
            return True
        try:
            for sql in prepared.plan.before:
                await self.backend.run(sql)
        except m.ServerError as error:
            await self.tell(self._translated(error, prepared.plan))
            return False
        prepared.locked_in = self._transaction
        return True

    def _translated(self, error: m.ServerError, plan: Plan) -> bytes:
        outward = Outward(self.service.type_oids)
        outward.relation = plan.writes
        encoded = error.encode()
        return b"".join(outward(Message(b"E", encoded)))

    def _outward(self, prepared: Prepared | None, shape: Shape | None = None) -> Outward:
        outward = Outward(self.service.type_oids, shape, prepared.plan.tag if prepared else None)
        outward.relation = prepared.plan.writes if prepared else ""
        return outward

    # -- what follows from statements

    def _after(self, plans: list[Plan]) -> None:
        for plan in plans:
            self._case_sensitive = {"on": True, "true": True, "off": False, "false": False}.get(
                plan.settings.get("enable_case_sensitive_identifier", ""), self._case_sensitive
            )
            self.label = plan.settings.get("query_group", self.label)

    def _commit_fault(self, plan: Plan) -> m.ServerError | None:
        """Return the error a COMMIT is to fail with; drop the connection where that was ordered."""
        fault = self.service.faults.at("commit", self.application_name, plan.sql) if plan.ends else None
        if fault is not None and fault.kind == "drop_before_commit":
            raise Dropped(fault.kind)
        if fault is None:
            return None
        detail = "Serializable isolation violation on table - 0, transactions forming the cycle are: 0, 0 (pid:0)"
        return refuse("1023", "XX000", detail=detail)

    async def _lose_reply(self, plan: Plan, reply: Reply) -> None:
        """Where it was ordered, drop the connection once a COMMIT has taken effect and before the client hears."""
        if plan.ends and self.service.faults.at("committed", self.application_name, plan.sql) is not None:
            reply.filter = lambda _message: ()
            self.backend.send(m.FLUSH)
            await reply.done
            raise Dropped("drop_after_commit")


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
