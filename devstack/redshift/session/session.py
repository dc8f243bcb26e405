"""The state of one client that both protocols share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from devstack.redshift.faults import Dropped
from devstack.redshift.rules.plan import Plan, Situation, raising, refuse
from devstack.redshift.session.backend import Backend
from devstack.redshift.session.replies import Reply
from devstack.redshift.sql.statement import literal
from devstack.redshift.wire import messages as m

if TYPE_CHECKING:
    from devstack.redshift.service import Service

Send = Callable[[bytes], Coroutine[Any, Any, None]]
READS = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY"))
LABEL_LENGTH = 30  # characters of a query group that the system views show
NO_QUERY = frozenset(("SET", "RESET", "SHOW", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"))
SWITCH = {"on": True, "true": True, "off": False, "false": False}


def lost_relation() -> m.ServerError:
    """Return error 1018 with Redshift's text."""
    return refuse("1018", "XX000", detail="Relation does not exist")


class Session:
    """The state of one client that both protocols share: transaction, settings and ordered faults."""

    def __init__(
        self,
        service: Service,
        backend: Backend,
        send_to_client: Send,
        *,
        user: str,
        application_name: str,
        superuser: bool,
    ) -> None:
        self.service = service
        self.backend = backend
        self.user = user
        self.application_name = application_name
        self.in_block = False
        self.has_snapshot = False
        self.transaction = 0
        self._superuser = superuser
        self._case_sensitive = service.faults.case_sensitive
        self.new_label = ""
        self.send_to_client = send_to_client
        backend.replies.on_complete = self._completed

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
        """Fail the client's transaction with our own error, inside an extended exchange."""
        await self.backend.settle()
        if self.backend.replies.skipping:
            return
        try:
            await self.backend.run(raising(error))
        except m.ServerError as exc:
            await self.send_to_client((exc if exc.code == "25P02" else error).encode())

    def drop_if_ordered(self, point: str, text: str) -> None:
        fault = self.service.faults.at(point, self.application_name, text)
        if fault is not None and fault.kind.startswith("drop"):
            raise Dropped(fault.kind)
        if fault is not None:
            raise lost_relation()

    def _completed(self, tag: str) -> None:
        """Track the transaction by the tags of completed statements, since its status comes only with the next Sync."""
        if tag in ("BEGIN", "START TRANSACTION"):
            self.in_block = True
        elif tag in ("COMMIT", "ROLLBACK"):
            self.in_block = self.has_snapshot = False
            self.transaction += 1
        elif self.in_block and tag.partition(" ")[0] in READS:
            self.has_snapshot = True

    def synced(self) -> None:
        """Update the transaction's state from the server's status."""
        self.in_block = self.backend.replies.status != b"I"

    async def table_number(self, plan: Plan) -> str:
        """Return the OID of the table that a statement in a block writes, which error 1023 names.

        It is queried beforehand on the second connection: in the client's transaction the query would take the
        snapshot, or fail.
        """
        if not plan.writes or not self.in_block:
            return ""
        rows = await self.service.sql("SELECT to_regclass(%s)::oid::text", [plan.writes])
        return str(rows[0][0] or "")

    def lost_relations_query(self, plan: Plan) -> str:
        """Return a query for tables created after this transaction's snapshot; empty if there can be none.

        It resolves names in the current catalogue, but reads pg_class as of the snapshot.
        """
        if not (self.in_block and self.has_snapshot and plan.relations):
            return ""
        names = ", ".join(map(literal, plan.relations))
        return (
            f"SELECT n FROM pg_catalog.unnest(ARRAY[{names}]) AS n WHERE pg_catalog.to_regclass(n) IS NOT NULL "
            "AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(n))"
        )

    async def trust_declared_keys(
        self, plan: Plan, query: Callable[[str], Awaitable[list[list[bytes | None]]]]
    ) -> None:
        """Remove DISTINCT and GROUP BY over a declared key, as Redshift does. Raise ServerError if the query fails."""
        if not plan.distinct:
            return
        conditions = (
            f"standin.holds_key({literal(span.relation)}, {literal(','.join(span.columns))})" for span in plan.distinct
        )
        ((*values,),) = await query(f"SELECT {', '.join(conditions)}")
        for span, value in zip(plan.distinct, values, strict=True):
            if value == b"t":
                plan.statement.replace(span.start, span.end, "")
                plan.sql = plan.statement.edited()

    async def after(self, plans: list[Plan]) -> None:
        """Record the settings of statements that have run."""
        for plan in plans:
            self._case_sensitive = SWITCH.get(
                plan.settings.get("enable_case_sensitive_identifier", ""), self._case_sensitive
            )
            if "query_group" in plan.settings:
                self.new_label = plan.settings["query_group"]
            elif self.new_label and plan.statement.tokens and plan.statement.tokens[0].word not in NO_QUERY:
                await self._record_label(plan)

    async def _record_label(self, plan: Plan) -> None:
        """Record in sys_query_history the first query that runs under a label."""
        values = [self.user, self.new_label[:LABEL_LENGTH], self.backend.process, plan.statement.text]
        self.new_label = ""
        await self.service.sql(
            "INSERT INTO standin.queries SELECT nextval('standin.query_ids'), %s, %s, %s, 'success', "
            "clock_timestamp() AT TIME ZONE 'UTC', %s",
            values,
        )

    def commit_fault(self, plan: Plan) -> m.ServerError | None:
        """Return the error that a COMMIT must fail with; drop the connection if a fault orders it."""
        fault = self.service.faults.at("commit", self.application_name, plan.sql) if plan.ends else None
        if fault is not None and fault.kind == "drop_before_commit":
            raise Dropped(fault.kind)
        if fault is None:
            return None
        detail = "Serializable isolation violation on table - 0, transactions forming the cycle are: 0, 0 (pid:0)"
        return refuse("1023", "XX000", detail=detail)

    async def lose_reply(self, plan: Plan, reply: Reply) -> None:
        """If a fault orders it, drop the connection after a COMMIT has taken effect and before its reply is sent."""
        if plan.ends and self.service.faults.at("committed", self.application_name, plan.sql) is not None:
            reply.filter = lambda _message: ()
            self.backend.send(m.FLUSH)
            await reply.done
            raise Dropped("drop_after_commit")
