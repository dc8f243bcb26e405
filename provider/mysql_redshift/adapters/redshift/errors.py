"""Translate the driver's errors, once."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from redshift_connector import error as driver

from mysql_redshift.adapters.redshift.s3_errors import s3_failure
from mysql_redshift.errors import (
    AccessDenied,
    ConfigurationError,
    ConnectionFailed,
    MysqlRedshiftError,
    SerializationFailure,
    TargetError,
    TransientError,
)

STATEMENT_SHOWN = 300  # characters of a statement in a message
SERIALIZATION = frozenset({"40001", "40P01"})
# 23505 on a catalogue table: two CREATEs race. An unknown OID: a table was dropped while the statement was planned.
SERIALIZATION_WORDS = re.compile(
    r"\A(ERROR:\s*)?(1023|1018)\s*(\Z|;|DETAIL)|Serializable isolation violation|conflict with concurrent transaction"
    r"|duplicate key .*\bpg_\w+|open relation with OID|cache lookup failed",
    re.IGNORECASE,
)
RESIZE_WORDS = "in resize mode"
LOGIN = frozenset({"28000", "28P01"})
LOST = frozenset({"57P01", "57P02", "57P03", "53300", "08000", "08001", "08003", "08004", "08006"})
CANCELLED = "57014"
# Errors of the driver itself that a retry does not fix. Any other error without a SQLSTATE is a lost connection.
DRIVER_REFUSALS = ("server requesting", "Authentication method", "parameter", "paramstyle")
SECRETS = re.compile(
    r"((?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|CREDENTIALS|PASSWORD)\s*(?:AS\s*)?')(?:[^']|'')*'?"
    r"|(aws_(?:access_key_id|secret_access_key|session_token)\s*=\s*)[^';]*",
    re.IGNORECASE,
)


@contextmanager
def translated(where: str, statement: str = "") -> Iterator[None]:
    """Translate the driver's errors, and errors of a closed socket that the driver does not translate.

    Raises:
        MysqlRedshiftError: the translation, with the driver's error as its cause.

    """
    try:
        yield
    except MysqlRedshiftError:
        raise
    except driver.Error as exc:
        raise _driver_error(exc, where, statement) from exc
    except (OSError, EOFError, struct.error) as exc:
        raise _lost(where, f"{type(exc).__name__}: {exc}") from exc
    except UnicodeDecodeError as exc:
        raise TargetError(
            "The driver cannot decode a value that Redshift returned",
            where=_place(where, statement),
            found=f"bytes that are no valid {exc.encoding}",
            remedy="Report this as a fault of the provider, with the statement.",
        ) from exc
    except (AttributeError, TypeError, ValueError) as exc:
        # redshift_connector raises these if its socket was closed: it uses None, or a closed file.
        if "NoneType" not in str(exc) and "closed file" not in str(exc):
            raise
        raise _lost(where, f"{type(exc).__name__}: {exc}") from exc


def server_fields(exc: BaseException | None) -> dict[str, str]:
    """Return the server's error fields by letter (C: SQLSTATE, M: message, D: detail); empty for other errors."""
    first = exc.args[0] if exc is not None and exc.args else None
    return first if isinstance(first, dict) else {}


def redacted(text: str) -> str:
    """Replace the secrets in a statement or message by ``***``."""
    return SECRETS.sub(lambda found: f"{found.group(1) or found.group(2)}***", text)


def _place(where: str, statement: str) -> str:
    shown = redacted(" ".join(statement.split()))[:STATEMENT_SHOWN]
    return f"{where}, statement: {shown}" if shown else where


def _driver_error(exc: driver.Error, where: str, statement: str) -> MysqlRedshiftError:
    fields = server_fields(exc)
    if not fields:
        return _driver_refusal(exc, where)
    state = fields.get("C", "")
    text = redacted("; ".join(part.strip() for part in (fields.get("M", ""), fields.get("D", "")) if part.strip()))
    place = _place(where, statement)
    found = s3_failure(text, place) or _denied(state, text, where, place)
    if found is not None:
        return found
    if RESIZE_WORDS in text:
        return TransientError(
            "Redshift accepts no writes while it is resized",
            where=place,
            found=text,
            remedy="A retry succeeds after the resize.",
        )
    if state in SERIALIZATION or SERIALIZATION_WORDS.search(text):
        return SerializationFailure(
            "Another transaction committed first, so Redshift aborted this one",
            where=place,
            found=text,
            remedy="A retry may succeed.",
        )
    if state in LOST:
        return _lost(where, f"{text} (SQLSTATE {state})")
    return _refused(state, text, place)


def _denied(state: str, text: str, where: str, place: str) -> AccessDenied | None:
    if state in LOGIN or "password authentication failed" in text:
        return AccessDenied(
            "Redshift refused the login", where=where, found=text, remedy="Check the connection's login and password."
        )
    if state == "42501" or "permission denied" in text.lower():
        return AccessDenied(
            "The Redshift user lacks a privilege",
            where=place,
            found=text,
            remedy="Ask an administrator to grant it.",
        )
    return None


def _refused(state: str, text: str, place: str) -> TargetError:
    remedy = "Correct what Redshift's message above names."
    if state == CANCELLED:
        remedy = (
            "Increase statement_timeout in the Redshift connection's extra, or find out who cancelled the statement."
        )
    return TargetError(
        "Redshift refused a statement", where=place, found=f"{text} (SQLSTATE {state or 'none'})", remedy=remedy
    )


def _driver_refusal(exc: driver.Error, where: str) -> MysqlRedshiftError:
    """Translate an error without server fields: TLS, a refusal by the driver itself, or a lost connection."""
    text = redacted(" ".join(str(part) for part in exc.args)) or type(exc).__name__
    if "certificate verify failed" in text.lower() or "CERTIFICATE_VERIFY_FAILED" in text:
        return TargetError(
            "Redshift's TLS certificate is not trusted",
            where=where,
            expected="a certificate of a trusted authority",
            found=text,
            remedy="Make the workers trust the authority (set SSL_CERT_FILE). TLS cannot be disabled.",
        )
    if any(word in text for word in DRIVER_REFUSALS):
        return ConfigurationError(
            "The driver cannot connect to Redshift with these settings",
            where=where,
            found=text,
            remedy="Check the Redshift connection's host, port and login.",
        )
    if text == "Server refuses SSL":  # the driver raises this also if the server closes without a reply
        text = "Redshift refuses TLS, or closed the connection without a reply"
    return _lost(where, text)


def _lost(where: str, found: str) -> ConnectionFailed:
    return ConnectionFailed(
        "The connection to Redshift was lost", where=where, found=found, remedy="A retry may succeed."
    )
