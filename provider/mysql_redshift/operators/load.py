"""Parquet on S3 to Redshift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mysql_redshift.core import codec
from mysql_redshift.core.request import Mode
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class S3ParquetToRedshiftOperator(TableOperator):
    """Stage two: loads every log entry that the ledger does not hold, in one transaction. Twice is as once.

    Returns the load's counts. Runs of mode backup-only and dry runs are skipped.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Load what is pending, whatever this run itself extracted."""
        from mysql_redshift.hooks.clients import Clients  # noqa: PLC0415
        from mysql_redshift.steps import load  # noqa: PLC0415
        from mysql_redshift.steps.labels import attempt_label  # noqa: PLC0415

        ti: Any = context["ti"]
        with self.sorted_errors():
            skip_unless_loading(self, context)
            spec = self.table_spec()
            with Clients(spec) as clients:
                label = attempt_label(ti.dag_id, ti.run_id, ti.task_id)
                report = load(spec, store=clients.store, warehouse=clients.warehouse, label=label)
        target = f"{spec.target.schema}.{spec.target.table}"
        if report.asleep:
            self.log.info("%s -> %s: nothing is pending, Redshift was not asked", spec.name, target)
        for done in report.applied:
            self.log.info(
                "%s -> %s: log entry %d: %d rows copied, %d inserted, %d replaced, %d superseded",
                spec.name,
                target,
                done.sequence,
                done.rows_copied,
                done.rows_inserted,
                done.rows_replaced,
                done.rows_superseded,
            )
        return {**dict(codec.to_plain(report)), "rows_copied": report.rows_copied}


def skip_unless_loading(operator: TableOperator, context: Context) -> None:
    """Skip where the run was asked not to touch Redshift, and say so."""
    from airflow.sdk.exceptions import AirflowSkipException  # noqa: PLC0415

    request = operator.request(context)
    if request.mode is Mode.BACKUP_ONLY or request.dry_run:
        raise AirflowSkipException(
            "This run does not touch Redshift (mode backup-only or dry_run); what is in the log stays pending"
        )
