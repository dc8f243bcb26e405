"""The driver's errors, translated once."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redshift_connector import error as driver

from mysql_redshift.errors import (
    AccessDenied,
    ConnectionFailed,
    MysqlRedshiftError,
    SerializationFailure,
    TargetError,
)

STATEMENT_SHOWN = 300  # characters of a statement in a message; statements hold no secrets, COPY uses a role
LOST_STATES = frozenset({"57P01", "57P02", "57P03", "08000", "08001", "08003", "08004", "08006"})
LOST_WORDS = ("network error", "communication error", "connection is closed", "server closed", "timed out", "EOF")


@contextmanager
def translated(where: str, statement: str = "") -> Iterator[None]:
    """Turn what the driver raises into errors of ``mysql_redshift.errors``."""
    try:
        yield
    except MysqlRedshiftError:
        raise
    except driver.Error as exc:
        raise _driver_error(exc, where, statement) from exc
    except ssl.SSLError as exc:
        raise ConnectionFailed("TLS with Redshift failed", where=where, found=str(exc), remedy="Run again.") from exc
    except (OSError, EOFError, AttributeError, TypeError) as exc:
        # redshift_connector trips over None where its socket was closed under it.
        raise ConnectionFailed(
            "The connection to Redshift was lost",
            where=where,
            found=f"{type(exc).__name__}: {exc}",
            remedy="Run again.",
        ) from exc


def _driver_error(exc: Exception, where: str, statement: str) -> MysqlRedshiftError:
    fields = server_fields(exc)
    state, text = fields.get("C", ""), fields.get("M", "") or str(exc)
    shown = " ".join(statement.split())[:STATEMENT_SHOWN]
    place = f"{where}, statement: {shown}" if shown else where
    if "certificate verify failed" in text.lower():
        return TargetError(
            "Redshift's TLS certificate is not trusted",
            where=where,
            expected="a certificate of a known authority",
            found=text,
            remedy="Make the authority known to OpenSSL on the workers (SSL_CERT_FILE). TLS is never turned off.",
        )
    if state in ("28000", "28P01") or "password authentication failed" in text:
        return AccessDenied(
            "Redshift refused the login", where=where, found=text, remedy="Check login and password of the connection."
        )
    if state == "42501" or "permission denied" in text.lower():
        return AccessDenied(
            "The Redshift user may not do this", where=place, found=text, remedy="Have an administrator grant it."
        )
    if text.removeprefix("ERROR:").strip().startswith(("1023", "1018")) or state in ("40001", "40P01"):
        return SerializationFailure(
            "Another transaction was first", where=place, found=text, remedy="A retry goes on after it."
        )
    if state in LOST_STATES or (not state and any(word in text for word in LOST_WORDS)):
        return ConnectionFailed("The connection to Redshift was lost", where=where, found=text, remedy="Run again.")
    detail = "; ".join(part for part in (text, fields.get("D", "")) if part)
    return TargetError("Redshift refused a statement", where=place, found=f"{detail} (SQLSTATE {state or 'none'})")


def server_fields(exc: Exception) -> dict[str, Any]:
    """Return the error's fields by their letter (C: SQLSTATE, M: message, D: detail) where the server sent it."""
    first = exc.args[0] if exc.args else None
    return first if isinstance(first, dict) else {}
