"""Translate PyMySQL's errors, once."""

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
MISSING_PRIVILEGE, SYNTAX_ERROR = 1227, 1064

# Shut down, too many connections, killed, timed out: a retry may succeed.
CLOSED = frozenset({0, 1040, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1317, 1927, 1969, 3024, 4031})
UNREACHABLE = frozenset({2002, 2003, 2005, 2006, 2013, 2014, 2055})
DENIED = frozenset({1044, 1045, 1130, 1142, 1143, 1227, 1370, 1410, 1698, 1820, 1862, 3118, 3159, 4151})
RETRY = frozenset({1205, 1213, 1412})


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Translate the driver's errors; ``where`` names the user and the server, never a password.

    Raises:
        MysqlRedshiftError: the translation, with the driver's error as its cause.

    """
    try:
        yield
    except (pymysql.MySQLError, OSError) as exc:
        raise translate(exc, where) from exc


def code_of(exc: BaseException | None) -> int | None:
    """Return MySQL's error number of a driver's error, or of the driver's error that caused one of this package."""
    if isinstance(exc, MysqlRedshiftError):
        exc = exc.__cause__
    code = exc.args[0] if isinstance(exc, pymysql.MySQLError) and exc.args else None
    return code if isinstance(code, int) else None


def translate(exc: Exception, where: str) -> MysqlRedshiftError:
    """Return the equivalent error of this package."""
    code = code_of(exc)
    text = str(exc.args[1]) if code is not None and len(exc.args) > 1 else str(exc)
    found = f"{text} ({code})" if code else text or type(exc).__name__
    if isinstance(getattr(exc, "original_exception", exc), ssl.SSLError):
        return ConfigurationError(
            "The MySQL server's certificate could not be verified",
            where=where,
            found=found,
            remedy="Set ca in the connection's ssl options to the CA that signed it.",
        )
    if code in UNREACHABLE or code is None:
        return ConnectionFailed(
            "The MySQL server is unreachable, or the connection was lost",
            where=where,
            found=found,
            remedy="Check the connection's host and port, and the network; a retry continues where this run stopped.",
        )
    return _server_error(code, where, found)


def _server_error(code: int, where: str, found: str) -> MysqlRedshiftError:
    if code in CLOSED:
        return ConnectionFailed(
            "The MySQL server closed the connection or stopped the statement", where=where, found=found
        )
    if code in RETRY:
        return TransientError(
            "MySQL rolled a statement back because of a conflict with another session", where=where, found=found
        )
    if code in DENIED:
        return AccessDenied(
            "MySQL denied access to the account",
            where=where,
            found=found,
            remedy="Check the connection's user and password, and GRANT SELECT on the tables to that user.",
        )
    return SourceError("MySQL rejected a statement", where=where, found=found)
