"""PyMySQL's errors, translated once."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql

from mysql_redshift.errors import (
    AccessDenied,
    ConfigurationError,
    ConnectionFailed,
    MysqlRedshiftError,
    SourceError,
    TransientError,
)

NO_SUCH_DATABASE, NO_SUCH_TABLE, NO_SUCH_COLUMN = 1049, 1146, 1054
NO_PROCESS_PRIVILEGE = 1227

# Unreachable, shut down, full, killed, timed out, waited too long: another try may find the server well.
GONE = frozenset({0, 1040, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1317, 1927, 1969, 3024, 4031})
UNREACHABLE = frozenset({2002, 2003, 2005, 2006, 2013, 2014, 2055})
DENIED = frozenset({1044, 1045, 1130, 1142, 1143, 1227, 1370, 1410, 1698, 1820, 1862, 3118, 3159, 4151})
RETRY = frozenset({1205, 1213, 1412})


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise this package's errors instead of the driver's; ``where`` names the server, never a password."""
    try:
        yield
    except (pymysql.MySQLError, OSError) as exc:
        raise translate(exc, where) from exc


def code_of(exc: BaseException | None) -> int | None:
    """Return MySQL's number of a driver's error, or of the one behind an error of this package."""
    if isinstance(exc, MysqlRedshiftError):
        exc = exc.__cause__
    code = exc.args[0] if isinstance(exc, pymysql.MySQLError) and exc.args else None
    return code if isinstance(code, int) else None


def translate(exc: Exception, where: str) -> MysqlRedshiftError:
    """Return the error of this package that says the same."""
    code = code_of(exc)
    text = str(exc.args[1]) if code is not None and len(exc.args) > 1 else str(exc)
    found = f"{text} ({code})" if code else text or type(exc).__name__
    if isinstance(getattr(exc, "original_exception", exc), ssl.SSLError):
        return ConfigurationError(
            "The MySQL server's certificate was not accepted",
            where=where,
            found=found,
            remedy="Give the CA that signed it in the connection's ssl options.",
        )
    if code in UNREACHABLE or code is None:
        return ConnectionFailed(
            "The MySQL server cannot be reached, or the connection broke",
            where=where,
            found=found,
            remedy="Check host, port and network of the connection; a retry goes on where this run stopped.",
        )
    return _answered(code, where, found)


def _answered(code: int, where: str, found: str) -> MysqlRedshiftError:
    if code in GONE:
        return ConnectionFailed("The MySQL server ended the connection or the statement", where=where, found=found)
    if code in RETRY:
        return TransientError("MySQL ended the statement because of other work", where=where, found=found)
    if code in DENIED:
        return AccessDenied(
            "MySQL refuses this account",
            where=where,
            found=found,
            remedy="Check user and password of the connection, and GRANT SELECT on the tables to that user.",
        )
    return SourceError("MySQL refused a statement", where=where, found=found)
