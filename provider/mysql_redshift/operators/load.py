"""Parquet on S3 to Redshift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from mysql_redshift.steps.load import LoadReport


class S3ParquetToRedshiftOperator(TableOperator):
    """Stage two: loads every log entry that the ledger does not hold, in one transaction. Twice is as once.

    Returns the load's counts. Runs of mode backup-only and dry runs are skipped.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Load what is pending, whatever this run itself extracted."""
        from mysql_redshift.hooks.clients import Clients
        from mysql_redshift.steps.load import load
        from mysql_redshift.steps.state.session_labels import attempt_label

        ti: Any = context["ti"]
        with self.fail_fast_on_terminal_errors():
            skip_unless_loading(self, context)
            spec = self.table_spec()
            with Clients(spec) as clients:
                # Without the run's id: a worker that died in the run before may have left its session behind as well.
                label = attempt_label(ti.dag_id, ti.task_id, spec.name)
                report = load(spec, store=clients.store, warehouse=clients.warehouse, label=label)
        return self._summary(f"{spec.name} -> {spec.target.schema}.{spec.target.table}", report)

    def _summary(self, way: str, report: LoadReport) -> dict[str, Any]:
        """Log a line for each entry, and return the sums."""
        if report.redshift_skipped:
            self.log.info("%s: nothing is pending, Redshift was not asked", way)
        elif not report.applied:
            self.log.info("%s: nothing is pending, the ledger holds the log up to entry %d", way, report.ledger_head)
        for done in report.applied:
            self.log.info(
                "%s: log entry %d: %d rows copied, %d inserted, %d replaced, %d superseded",
                way,
                done.sequence,
                done.rows_copied,
                done.rows_inserted,
                done.rows_replaced,
                done.rows_superseded,
            )
        return {
            "load_id": report.load_id,
            "entries": len(report.applied),
            "rows_copied": report.rows_copied,
            "rows_inserted": sum(done.rows_inserted for done in report.applied),
            "rows_replaced": sum(done.rows_replaced for done in report.applied),
            "rows_superseded": sum(done.rows_superseded for done in report.applied),
            "ledger_head": report.ledger_head,
            "log_head": report.log_head,
            "redshift_skipped": report.redshift_skipped,
        }


def skip_unless_loading(operator: TableOperator, context: Context) -> None:
    """Skip where the run was asked not to touch Redshift, and say so."""
    from airflow.providers.common.compat.sdk import AirflowSkipException

    request = operator.request(context)
    if not request.loads:
        raise AirflowSkipException(
            "This run does not touch Redshift (mode backup-only or dry_run); what is in the log stays pending"
        )
