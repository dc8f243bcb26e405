"""``check-cluster``: what the provider assumes about Redshift, and what this cluster does."""

from __future__ import annotations

from argparse import Namespace

from mysql_redshift.cli.runner import Answer, command
from mysql_redshift.cli.selection import select_tables

DIFFERENT = 4


@command
def check_cluster(args: Namespace) -> Answer:
    """Ask the pipeline's cluster about each assumption. Schema and files of the check are deleted afterwards."""
    from mysql_redshift.cluster_check.run import ask_all
    from mysql_redshift.cluster_check.scratch import Scratch
    from mysql_redshift.hooks.clients import Clients
    from mysql_redshift.steps.loading.transaction import iam_role_of

    tables = select_tables(args)
    spec = next((table.spec for table in tables if table.spec is not None), None) or tables[0].require()
    with Clients(spec) as clients, Scratch(spec, clients.store, clients.warehouse, iam_role_of(spec)) as scratch:
        findings = list(ask_all(scratch))
    rows = [
        {
            "assumption": finding.assumption.name,
            "result": "ok" if finding.holds else "different",
            "expected": finding.assumption.expected,
            "found": finding.found,
            "consequence": None if finding.holds else finding.assumption.consequence,
        }
        for finding in findings
    ]
    return Answer(rows=rows, code=0 if all(finding.holds for finding in findings) else DIFFERENT)
