"""Turns a function into a command: its answer is printed, errors become messages and exit codes."""

from __future__ import annotations

import logging
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import wraps

from mysql_redshift.cli.output import Row, say, show
from mysql_redshift.errors import MysqlRedshiftError

PARTIAL = 3
CONTEXT = "_AIRFLOW_PROCESS_CONTEXT"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command has to say: rows, or a text instead, and its exit code."""

    rows: Sequence[Row] = ()
    text: str | None = None
    code: int = 0


def command(run: Callable[[Namespace], Answer]) -> Callable[[Namespace], None]:
    """Run a command; the process ends with the answer's code, or with the code of the error it raises."""

    @wraps(run)
    def wrapped(args: Namespace) -> None:
        try:
            with _as_server(), _nothing_else_on_stdout():
                answer = run(args)
        except MysqlRedshiftError as exc:
            say_error(exc)
            raise SystemExit(exc.exit_code) from exc
        if answer.text is not None:
            print(answer.text, end="\n" if answer.text else "")
        else:
            show(answer.rows, args.output)
        if answer.code:
            raise SystemExit(answer.code)

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


@contextmanager
def _as_server() -> Iterator[None]:
    """Without this, a bare process does not see the connections in Airflow's metadata database."""
    before = os.environ.get(CONTEXT)
    os.environ[CONTEXT] = before or "server"
    try:
        yield
    finally:
        if before is None:
            del os.environ[CONTEXT]


@contextmanager
def _nothing_else_on_stdout() -> Iterator[None]:
    """Airflow logs to standard output, where a program expects nothing but the answer; only errors are worth a line."""
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
