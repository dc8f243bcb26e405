"""The operator that publishes a run's files as one log entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mysql_redshift.core import codec
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.operators import log_records
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class LogPublishOperator(TableOperator):
    """Commits stage one: creates one log entry for all files of the run. Idempotent.

    Returns the entry's ``sequence``, ``kind``, ``run_key``, ``rows``, ``files``, ``policy_values`` (number of values
    that type policies were applied to), ``position_from`` and ``position_to``; an empty dict if nothing is published.

    :param plan: the XCom ``plan`` of WindowPlanOperator.
    :param receipts: the return values of the extract tasks.
    """

    template_fields: Sequence[str] = (*TableOperator.template_fields, "plan", "receipts")

    def __init__(
        self, *, plan: Mapping[str, Any], receipts: Iterable[Mapping[str, Any]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.receipts = receipts

    def execute(self, context: Context) -> dict[str, Any]:
        """Publish the log entry; a retry returns the entry that the earlier attempt created."""
        from mysql_redshift.hooks.clients import Clients
        from mysql_redshift.steps.publish import publish

        del context
        with self.fail_fast_on_terminal_errors():
            plan = codec.from_plain(Plan, self.plan, where=f"task {self.task_id}, plan")
            given = [receipt for receipt in self.receipts or () if receipt is not None]
            receipts = [codec.from_plain(Receipt, plain, where=f"task {self.task_id}, receipt") for plain in given]
            with Clients(plan.spec) as clients:
                entry = publish(plan, receipts, store=clients.store)
        self.log.info("%s", log_records.published(plan, entry))
        return entry_summary(entry)


def entry_summary(entry: LogEntry | None) -> dict[str, Any]:
    """Return the part of a log entry that becomes an XCom: counts and positions, no files, schema or spec."""
    if entry is None:
        return {}
    return {
        "sequence": entry.sequence,
        "kind": entry.kind.value,
        "run_key": entry.run_key,
        "rows": entry.rows,
        "files": len(entry.files),
        "policy_values": sum(entry.policy_counts.values()),
        "position_from": str(entry.position_from) if entry.position_from else None,
        "position_to": str(entry.position_to) if entry.position_to else None,
    }
