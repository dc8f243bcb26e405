"""The simple protocol: one query text with one or more statements."""

from __future__ import annotations

from devstack.redshift.rules.plan import Plan, Situation, raising, refuse
from devstack.redshift.rules.registry import plan_statement
from devstack.redshift.session import copying
from devstack.redshift.session.client_replies import Segment, Segments
from devstack.redshift.session.replies import Request
from devstack.redshift.session.session import Session, lost_relation
from devstack.redshift.sql.statement import Statement, split
from devstack.redshift.wire import messages as m


class SimpleProtocol:
    """Handle Query messages."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._backend = session.backend

    async def query(self, body: bytes) -> None:
        sql, _ = m.take_cstring(body, 0)
        if self._backend.replies.skipping:
            return
        await self._backend.settle()
        statements = split(sql)
        situation = self._session.situation(several=len(statements) > 1)
        plans = [self._plan(statement, situation) for statement in statements]
        if len(plans) == 1 and plans[0].copy is not None:
            await self._simple_copy(plans[0])
            return
        for plan in plans:
            await self._check_catalogue(plan)
            violation = self._session.commit_fault(plan)
            plan.sql = raising(violation) if violation is not None else plan.sql
        segments: list[Segment] = []
        text = ";\n".join(self._segments(plans, segments)) if plans else sql
        relation = next(iter([number for plan in plans if (number := await self._session.table_number(plan))]), "")
        filter_ = Segments(self._session.service.type_oids, segments or [Segment(visible=True)], relation)
        reply = self._backend.request(Request.QUERY, m.query(text), filter_=filter_)
        for plan in plans:
            await self._session.lose_reply(plan, reply)
        await reply.done
        self._session.synced()
        await self._session.after(plans)

    async def _check_catalogue(self, plan: Plan) -> None:
        if self._backend.replies.status == b"E":
            return
        query = self._session.lost_relations_query(plan)
        if query and await self._backend.query(query):
            plan.sql = raising(lost_relation())
        else:
            await self._session.trust_declared_keys(plan, self._backend.query)

    def _plan(self, statement: Statement, situation: Situation) -> Plan:
        try:
            self._session.drop_if_ordered("parse", statement.text)
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
        in_block = self._session.in_block
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
        """Run a COPY of a simple query through the extended protocol."""
        parsed = self._backend.request(Request.PARSE, m.parse("", plan.sql), internal=True)
        bound = self._backend.request(Request.BIND, m.bind("", ""), internal=True)
        await self._backend.settle()
        error = parsed.error or bound.error
        if error is None:
            await copying.run(self._session, plan, m.execute(""))
        else:
            await self._session.send_to_client(error.encode())
        await self._backend.request(Request.SYNC, m.SYNC).done
        self._session.synced()
