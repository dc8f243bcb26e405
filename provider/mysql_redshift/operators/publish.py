"""Publishes a run's files as one log entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mysql_redshift.core import codec
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.core.types.policy import in_words
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class LogPublishOperator(TableOperator):
    """The commit of stage one. Returns the entry's sequence, kind, rows, positions and values by policy.

    :param plan: the XCom ``plan`` of WindowPlanOperator. :param receipts: what the extract tasks returned.
    """

    template_fields: Sequence[str] = (*TableOperator.template_fields, "plan", "receipts")

    def __init__(
        self, *, plan: Mapping[str, Any], receipts: Iterable[Mapping[str, Any]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.receipts = receipts

    def execute(self, context: Context) -> dict[str, Any]:
        """Publish; a retry finds its own entry and returns it."""
        from mysql_redshift.hooks.clients import Clients
        from mysql_redshift.steps.publish import publish

        del context
        with self.fail_fast_on_terminal_errors():
            plan = codec.from_plain(Plan, self.plan, where=f"task {self.task_id}, plan")
            given = [receipt for receipt in self.receipts or () if receipt is not None]
            receipts = [codec.from_plain(Receipt, plain, where=f"task {self.task_id}, receipt") for plain in given]
            with Clients(plan.spec) as clients:
                return entry_summary(publish(plan, receipts, store=clients.store), self.log)


def entry_summary(entry: LogEntry | None, log: Any) -> dict[str, Any]:
    """Log the entry in one line and return what is worth an XCom."""
    if entry is None:
        log.info("Nothing to publish: this run does not read MySQL, or is a dry run")
        return {}
    log.info(
        "%s: log entry %d (%s) published: %d rows in %d files; watermark %s -> %s%s",
        entry.spec.name,
        entry.sequence,
        entry.kind.value,
        entry.rows,
        len(entry.files),
        entry.position_from or "none",
        entry.position_to or "none",
        "".join(f"; {line}" for line in in_words(entry.policy_counts)),
    )
    return {
        "sequence": entry.sequence,
        "kind": entry.kind.value,
        "run_key": entry.run_key,
        "rows": entry.rows,
        "files": len(entry.files),
        "values_by_policy": sum(entry.policy_counts.values()),
        "position_from": str(entry.position_from) if entry.position_from else None,
        "position_to": str(entry.position_to) if entry.position_to else None,
    }
