"""Counts rows at both ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mysql_redshift.core import codec
from mysql_redshift.operators.load import skip_unless_loading
from mysql_redshift.operators.table import TableOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class RowCountCheckOperator(TableOperator):
    """Fails with table, window, both counts and what to do, where rows are missing, doubled or unaccounted for.

    Real counts of both ends decide, never what an earlier task said. A run of mode redshift-only checks custody alone,
    because MySQL may be down.

    :param checks: some of ``custody``, ``bounds``, ``window``, ``keys``; what the table's settings say unless given.
    :param if_due: leave Redshift asleep where nothing was loaded since a verification of the last day.
    """

    template_fields: Sequence[str] = (*TableOperator.template_fields, "checks")

    def __init__(self, *, checks: Sequence[str] | None = None, if_due: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.checks = checks
        self.if_due = if_due

    def execute(self, context: Context) -> dict[str, Any]:
        """Verify, and tell the table's asset how far."""
        from mysql_redshift.hooks.clients import Clients
        from mysql_redshift.hooks.verification import run_checks

        with self.fail_fast_on_terminal_errors():
            skip_unless_loading(self, context)
            spec = self.table_spec()
            with Clients(spec) as clients:
                report = run_checks(clients, spec, self.request(context), checks=self.checks, if_due=self.if_due)
        if report.redshift_skipped:
            self.log.info("%s: nothing was loaded since the last verification, Redshift was not asked", spec.name)
        for result in report.results:
            self.log.info(
                "%s: %s: expected %s, found %s%s",
                spec.name,
                result.check.value,
                result.expected,
                result.found,
                f" ({result.note})" if result.note else "",
            )
        position = str(report.position) if report.position else None
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {"rows": report.rows, "verified_through": position}
        return dict(codec.to_plain(report))
