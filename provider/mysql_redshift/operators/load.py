"""The operator of stage two: Parquet on S3 to Redshift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mysql_redshift.operators import log_records
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class S3ParquetToRedshiftOperator(TableOperator):
    """Loads every log entry that the ledger does not contain. Idempotent.

    Rows and ledger entries commit in the same transaction. Skipped in runs of mode backup-only and in dry runs.

    Returns ``load_id``, ``entries`` (log entries applied), ``rows_copied``, ``rows_inserted``, ``rows_replaced``,
    ``rows_superseded``, ``ledger_head``, ``log_head`` and ``redshift_skipped``.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Load all pending entries, including those of earlier runs."""
        from mysql_redshift.hooks.clients import Clients
        from mysql_redshift.steps.load import load
        from mysql_redshift.steps.state.session_labels import attempt_label

        ti: Any = context["ti"]
        with self.fail_fast_on_terminal_errors():
            skip_unless_loading(self, context)
            spec = self.table_spec()
            with Clients(spec) as clients:
                # The label omits the run's id, so that a session left open by an earlier run is terminated as well.
                label = attempt_label(ti.dag_id, ti.task_id, spec.name)
                report = load(spec, store=clients.store, warehouse=clients.warehouse, label=label)
        self.log.info("%s", log_records.loaded(spec, report))
        return {
            "load_id": report.load_id,
            "entries": len(report.applied),
            "rows_copied": report.rows_copied,
            "rows_inserted": sum(entry.rows_inserted for entry in report.applied),
            "rows_replaced": sum(entry.rows_replaced for entry in report.applied),
            "rows_superseded": sum(entry.rows_superseded for entry in report.applied),
            "ledger_head": report.ledger_head,
            "log_head": report.log_head,
            "redshift_skipped": report.redshift_skipped,
        }


def skip_unless_loading(operator: TableOperator, context: Context) -> None:
    """Raise AirflowSkipException if the run must not query Redshift: mode backup-only, or a dry run."""
    from airflow.providers.common.compat.sdk import AirflowSkipException

    request = operator.request(context)
    if not request.loads:
        raise AirflowSkipException(
            "Skipped: runs of mode backup-only and dry runs do not query Redshift; log entries stay pending"
        )
