"""The clients of Redshift: redshift_connector, and psycopg with the simple or the extended protocol."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import redshift_connector
import redshift_connector.error
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus


@dataclass(frozen=True, kw_only=True)
class Address:
    """A cluster's database; ``ca_file`` is for psycopg, redshift_connector uses SSL_CERT_FILE."""

    host: str
    port: int
    user: str
    password: str
    database: str
    ca_file: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of a statement; ``error`` is the SQLSTATE."""

    rows: list[list[Any]] = field(default_factory=list)
    tag: str = ""
    error: str | None = None
    message: str = ""
    detail: str = ""


Run = Callable[[str], Outcome]


def redshift_connector_session(address: Address) -> tuple[Run, Callable[[], None]]:
    connection = redshift_connector.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        database=address.database,
        ssl=True,
        sslmode="verify-ca",
        max_prepared_statements=0,
    )
    connection.autocommit = True
    cursor = connection.cursor()

    def run(sql: str) -> Outcome:
        try:
            cursor.execute(sql)
        except redshift_connector.error.Error as exc:
            fields = exc.args[0] if exc.args and isinstance(exc.args[0], dict) else {}
            return Outcome(error=fields.get("C", "?"), message=fields.get("M", str(exc)), detail=fields.get("D", ""))
        return Outcome(rows=[list(row) for row in cursor.fetchall()] if cursor.description else [])

    return run, connection.close


def psycopg_session(address: Address, *, extended: bool) -> tuple[Run, Callable[[], None]]:
    connection = psycopg.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        dbname=address.database,
        sslmode="verify-ca",
        sslrootcert=address.ca_file or "system",
        prepare_threshold=None,
        autocommit=True,
    )

    def simple(sql: str) -> Outcome:
        try:
            cursor = connection.execute(sql.encode())
        except psycopg.Error as exc:
            return _error(exc)
        rows = [list(row) for row in cursor.fetchall()] if cursor.description else []
        return Outcome(rows=rows, tag=cursor.statusmessage or "")

    def by_parse(sql: str) -> Outcome:
        """Use Parse, Bind and Execute; ``execute`` would use the simple protocol without parameters."""
        result = connection.pgconn.exec_params(sql.encode(), [])
        if result.status in (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE):
            return _error(psycopg.errors.error_from_result(result))
        transformer = Transformer(connection)
        transformer.set_pgresult(result)
        rows = [list(row) for row in transformer.load_rows(0, result.ntuples, tuple)]
        return Outcome(rows=rows, tag=(result.command_status or b"").decode())

    return by_parse if extended else simple, connection.close


def _error(exc: psycopg.Error) -> Outcome:
    message = exc.diag.message_primary or str(exc)
    return Outcome(error=exc.sqlstate or "?", message=message, detail=exc.diag.message_detail or "")


PROTOCOLS: dict[str, Callable[[Address], tuple[Run, Callable[[], None]]]] = {
    "redshift_connector": redshift_connector_session,
    "psycopg-simple": lambda address: psycopg_session(address, extended=False),
    "psycopg-extended": lambda address: psycopg_session(address, extended=True),
}


class Session:
    """One session; a statement that may wait runs in its own thread."""

    def __init__(self, protocol: str, address: Address) -> None:
        self._run, self._close = PROTOCOLS[protocol](address)
        self._waiting: threading.Thread | None = None
        self._outcome: Outcome | None = None

    def run(self, sql: str) -> Outcome:
        return self._run(sql)

    def start(self, sql: str) -> bool:
        """Start a statement; return whether it is still waiting half a second later."""

        def work() -> None:
            self._outcome = self._run(sql)

        self._waiting = threading.Thread(target=work, daemon=True)
        self._waiting.start()
        self._waiting.join(0.5)
        return self._waiting.is_alive()

    def join(self) -> Outcome:
        """Return the outcome of the started statement."""
        if self._waiting is None:
            raise ValueError("no statement was started in this session")
        self._waiting.join(30)
        if self._outcome is None:
            return Outcome(error="?", message="the statement is still waiting after 30 s")
        return self._outcome

    def close(self) -> None:
        self._close()
