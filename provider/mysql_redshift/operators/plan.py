"""The operator that decides what a run reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mysql_redshift.core import codec
from mysql_redshift.operators import log_records
from mysql_redshift.operators.run_request import refuse_backfill, refuse_unknown
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

PLAN = "plan"


class WindowPlanOperator(TableOperator):
    """Plans a run: returns the chunks to extract, and pushes the plan as the XCom ``plan``.

    The extract tasks are mapped over the chunks. The chunks are the return value, and not the plan, because Airflow
    maps over return values only.

    Invalid input fails here, before any row is read or written.
    """

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Plan the run. In mode sync, check the target as well."""
        from mysql_redshift.hooks.clients import Clients
        from mysql_redshift.steps.plan import plan

        with self.fail_fast_on_terminal_errors(), Clients(self.table_spec()) as clients:
            refuse_backfill(context["dag_run"])
            if self.run is None:
                refuse_unknown(context["dag_run"].conf or (), where=f"run {context['dag_run'].run_id}")
            request = self.request(context)
            source = clients.source if request.reads_source else None
            warehouse = clients.warehouse if request.checks_target else None
            run_plan = plan(self.table_spec(), request, source=source, store=clients.store, warehouse=warehouse)
        self.log.info("%s", log_records.planned(run_plan))
        context["ti"].xcom_push(key=PLAN, value=codec.to_plain(run_plan))
        return [codec.to_plain(chunk) for chunk in run_plan.work]
