"""The operator that verifies: it compares row counts of the source with those of the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mysql_redshift.core import codec
from mysql_redshift.operators import log_records
from mysql_redshift.operators.load import skip_unless_loading
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class RowCountCheckOperator(TableOperator):
    """Fails if rows are missing, duplicate or unaccounted for; the error states table, counts and remedy.

    Compares real counts of source and target, never what an earlier task reported. A run of mode redshift-only runs
    the check custody only, because MySQL may be down. Skipped in runs of mode backup-only and in dry runs.

    A task that compared nothing is skipped and emits no asset event: with ``target.may_sleep``, if there is nothing to
    count; before the table's first run; and if the check window alone is asked for and no window was read.

    Returns the checks' results, the target's row count and ``verified_through``.

    :param checks: some of ``custody``, ``bounds``, ``window`` and ``keys``; default: the table's setting ``checks``.
    :param if_due: count no row if nothing was loaded since a verification less than a day old; only look whether ledger
        and target are those that were loaded.
    """

    template_fields: Sequence[str] = (*TableOperator.template_fields, "checks")

    def __init__(self, *, checks: Sequence[str] | None = None, if_due: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.checks = checks
        self.if_due = if_due

    def execute(self, context: Context) -> dict[str, Any]:
        """Verify the table and write the verified position to the outlet assets' events."""
        from airflow.providers.common.compat.sdk import AirflowSkipException

        from mysql_redshift.hooks.clients import Clients
        from mysql_redshift.hooks.verification import run_checks

        with self.fail_fast_on_terminal_errors():
            skip_unless_loading(self, context)
            spec = self.table_spec()
            with Clients(spec) as clients:
                report = run_checks(clients, spec, self.request(context), checks=self.checks, if_due=self.if_due)
        self.log.info("%s", log_records.verified(spec, report))
        if not report.looked:
            raise AirflowSkipException("Nothing was compared, so nothing was verified")
        verified_through = str(report.position) if report.position else None
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {"rows": report.rows, "verified_through": verified_through}
        summary = dict(codec.to_plain(report))
        del summary["position"]  # one name for it: the asset event and watermark.json call it verified_through
        return {**summary, "verified_through": verified_through}
