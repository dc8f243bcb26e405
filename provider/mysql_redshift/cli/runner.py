"""Turn a function into a command: print its answer, and map errors to messages and exit codes."""

from __future__ import annotations

import logging
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import wraps

from mysql_redshift.cli.output import Row, print_message, show
from mysql_redshift.errors import MysqlRedshiftError

PARTIAL = 3
CONTEXT = "_AIRFLOW_PROCESS_CONTEXT"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The result of a command: rows, or a text instead of rows, and the exit code."""

    rows: Sequence[Row] = ()
    text: str | None = None
    code: int = 0


def command(run: Callable[[Namespace], Answer]) -> Callable[[Namespace], None]:
    """Wrap a command: the process exits with the answer's code, or with the exit code of the error raised."""

    @wraps(run)
    def wrapped(args: Namespace) -> None:
        try:
            with _as_server(), _nothing_else_on_stdout():
                answer = run(args)
        except MysqlRedshiftError as exc:
            print_error(exc)
            raise SystemExit(exc.exit_code) from exc
        if answer.text is not None:
            print(answer.text, end="\n" if answer.text else "")
        else:
            show(answer.rows, args.output)
        if answer.code:
            raise SystemExit(answer.code)

    return wrapped


def print_error(error: MysqlRedshiftError, *, name: str = "") -> None:
    """Print an error and its notes to standard error, prefixed with ``name`` if given."""
    print_message("\n".join([f"{name}: {error}" if name else str(error), *getattr(error, "__notes__", [])]))


def overall(errors: Iterable[MysqlRedshiftError | None]) -> int:
    """Return the exit code for several tables: their common code if identical, else 3."""
    codes = {error.exit_code if error is not None else 0 for error in errors}
    if len(codes) > 1:
        return PARTIAL
    return codes.pop() if codes else 0


@contextmanager
def _as_server() -> Iterator[None]:
    """Declare the process a server: otherwise Airflow does not read connections from its metadata database."""
    before = os.environ.get(CONTEXT)
    os.environ[CONTEXT] = before or "server"
    try:
        yield
    finally:
        if before is None:
            del os.environ[CONTEXT]


@contextmanager
def _nothing_else_on_stdout() -> Iterator[None]:
    """Keep standard output free for the answer: Airflow's logs go to standard error, and only errors are logged."""
    console = [h for h in logging.getLogger().handlers if getattr(h, "stream", None) is sys.stdout]
    for handler in console:
        handler.stream = sys.stderr  # type: ignore[attr-defined]
    logging.disable(logging.WARNING)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        logging.disable(logging.NOTSET)
        for handler in console:
            handler.stream = sys.stdout  # type: ignore[attr-defined]
