"""Turns a function into a command: errors become messages and exit codes."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable
from functools import wraps

from mysql_redshift.cli.output import say
from mysql_redshift.errors import MysqlRedshiftError

PARTIAL = 3


def command(run: Callable[[Namespace], int]) -> Callable[[Namespace], None]:
    """Run a command; the process ends with the code it returns, or with the code of the error it raises."""

    @wraps(run)
    def wrapped(args: Namespace) -> None:
        # Without this, a bare process does not see the connections in Airflow's metadata database.
        os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
        try:
            code = run(args)
        except MysqlRedshiftError as exc:
            say_error(exc)
            code = exc.exit_code
        if code:
            raise SystemExit(code)

    return wrapped


def say_error(error: MysqlRedshiftError, *, name: str = "") -> None:
    """Print an error and its notes, below the table's name where there are several."""
    say("\n".join([f"{name}: {error}" if name else str(error), *getattr(error, "__notes__", [])]))


def overall(errors: Iterable[MysqlRedshiftError | None]) -> int:
    """Return one code for several tables: the error's own where they all failed alike, 3 where some were done."""
    codes = {error.exit_code if error is not None else 0 for error in errors}
    if len(codes) > 1:
        return PARTIAL
    return codes.pop() if codes else 0
