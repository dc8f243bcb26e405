"""Decides what a run reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mysql_redshift.core import codec
from mysql_redshift.operators.run_request import refuse_backfill, refuse_unknown
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

PLAN = "plan"


class WindowPlanOperator(TableOperator):
    """Returns the chunks to extract, over which the extract tasks are mapped; XCom ``plan`` holds the plan.

    Airflow maps over a task's return value only, hence this way round.

    Bad input ends here, with one clear message, before any row moves.
    """

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Plan the run; the target is checked too, unless the run leaves it alone."""
        from mysql_redshift.hooks.clients import Clients
        from mysql_redshift.steps.plan import plan

        with self.fail_fast_on_terminal_errors(), Clients(self.table_spec()) as clients:
            refuse_backfill(context["dag_run"])
            if self.run is None:
                refuse_unknown(context["dag_run"].conf or (), where=f"run {context['dag_run'].run_id}")
            request = self.request(context)
            source = clients.source if request.reads_source else None
            warehouse = clients.warehouse if request.checks_target else None
            decided = plan(self.table_spec(), request, source=source, store=clients.store, warehouse=warehouse)
        self.log.info(
            "%s: run %s, log sequence %d; window %s (bound: %s); %d chunks%s",
            decided.spec.name,
            decided.run_key,
            decided.sequence,
            decided.window or ("all rows" if decided.full else "nothing new"),
            decided.safe_point_reason,
            len(decided.chunks),
            "".join(f"; {note}" for note in decided.notes),
        )
        context["ti"].xcom_push(key=PLAN, value=codec.to_plain(decided))
        return [codec.to_plain(chunk) for chunk in decided.work]
