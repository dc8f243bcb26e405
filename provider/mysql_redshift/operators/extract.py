"""The operator of stage one: MySQL to Parquet on S3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mysql_redshift.core import codec
from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.operators import log_records
from mysql_redshift.operators.run_request import refuse_backfill, refuse_unknown
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from mysql_redshift.hooks.clients import Clients


class MySQLToS3ParquetOperator(TableOperator):
    """Extracts one chunk to Parquet parts on S3; without ``plan`` and ``chunk`` runs the whole of stage one.

    The whole of stage one plans, extracts every chunk and publishes the log entry.

    Returns the chunk's receipt, or the summary of the published log entry (see LogPublishOperator).

    :param plan: the XCom ``plan`` of WindowPlanOperator.
    :param chunk: one of the chunks that WindowPlanOperator returned.
    """

    template_fields: Sequence[str] = (*TableOperator.template_fields, "plan", "chunk")

    def __init__(
        self, *, plan: Mapping[str, Any] | None = None, chunk: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.chunk = chunk

    def execute(self, context: Context) -> dict[str, Any]:
        """Extract one chunk, or run the whole of stage one."""
        from mysql_redshift.hooks.clients import Clients

        with self.fail_fast_on_terminal_errors():
            if self.plan is None or self.chunk is None:
                refuse_backfill(context["dag_run"])
                if self.run is None:
                    refuse_unknown(context["dag_run"].conf or (), where=f"run {context['dag_run'].run_id}")
                with Clients(self.table_spec()) as clients:
                    return self._whole_stage(context, clients)
            plan = codec.from_plain(Plan, self.plan, where=f"task {self.task_id}, plan")
            chunk = codec.from_plain(Chunk, self.chunk, where=f"task {self.task_id}, chunk")
            context["chunk_name"] = str(chunk)  # type: ignore[typeddict-unknown-key]
            with Clients(plan.spec) as clients:
                return dict(codec.to_plain(self._extract(plan, chunk, clients)))

    def _extract(self, plan: Plan, chunk: Chunk, clients: Clients) -> Receipt:
        from mysql_redshift.steps.extract import extract

        self.log.info("%s: %s: extracting", plan.spec.name, chunk)
        receipt = extract(plan, chunk, source=clients.source, store=clients.store, encoder=clients.encoder)
        self.log.info("%s", log_records.extracted(plan, chunk, receipt))
        return receipt

    def _whole_stage(self, context: Context, clients: Clients) -> dict[str, Any]:
        from mysql_redshift.operators.publish import entry_summary
        from mysql_redshift.steps.plan import plan
        from mysql_redshift.steps.publish import publish

        run_plan = plan(self.table_spec(), self.request(context), source=clients.source, store=clients.store)
        self.log.info("%s", log_records.planned(run_plan))
        receipts = [self._extract(run_plan, chunk, clients) for chunk in run_plan.work]
        entry = publish(run_plan, receipts, store=clients.store)
        self.log.info("%s", log_records.published(run_plan, entry))
        return entry_summary(entry)
