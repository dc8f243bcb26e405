"""Run the checks of one table with its clients: the step ``reconcile`` if the table needs it, else ``verify``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mysql_redshift.core.request import RunRequest
    from mysql_redshift.core.spec import TableSpec
    from mysql_redshift.hooks.clients import Clients
    from mysql_redshift.steps.verification.report import VerifyReport


def run_checks(
    clients: Clients,
    spec: TableSpec,
    request: RunRequest,
    *,
    checks: Sequence[str] | None = None,
    if_due: bool = False,
) -> VerifyReport:
    """Run ``checks``, or those of the spec, as far as the request allows: without MySQL only custody.

    With ``deletes: reconcile`` the check ``keys`` also deletes what the source no longer has.
    """
    from mysql_redshift.steps.reconcile import reconcile
    from mysql_redshift.steps.verify import verify

    chosen = request.checks(checks or spec.checks)
    step = reconcile if spec.reconciles(chosen) else verify
    return step(
        spec,
        source=clients.source if request.reads_source else None,
        store=clients.store,
        warehouse=clients.warehouse,
        encoder=clients.encoder,
        checks=chosen,
        if_due=if_due,
    )
