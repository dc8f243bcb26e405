"""Ask a cluster about every assumption."""

from __future__ import annotations

from collections.abc import Iterator

from mysql_redshift.cluster_check.assumption import Assumption, Finding
from mysql_redshift.cluster_check.files import FILES
from mysql_redshift.cluster_check.scratch import Scratch
from mysql_redshift.cluster_check.sessions import SESSIONS
from mysql_redshift.cluster_check.statements import STATEMENTS
from mysql_redshift.errors import MysqlRedshiftError

ASSUMPTIONS: tuple[Assumption, ...] = (*SESSIONS, *FILES, *STATEMENTS)


def ask_all(scratch: Scratch) -> Iterator[Finding]:
    """Yield one finding per assumption; an error is a finding like any other answer."""
    for assumption in ASSUMPTIONS:
        try:
            found = assumption.ask(scratch)
        except MysqlRedshiftError as exc:
            found = f"error: {exc.found or exc.what}"
        except TimeoutError:
            found = "no answer"
        yield Finding(assumption=assumption, found=found)
