"""The driver's errors, translated once."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from redshift_connector import error as driver

from mysql_redshift.errors import (
    AccessDenied,
    ConfigurationError,
    ConnectionFailed,
    MysqlRedshiftError,
    SerializationFailure,
    TargetError,
)

STATEMENT_SHOWN = 300  # characters of a statement in a message
SERIALIZATION = frozenset({"40001", "40P01"})
SERIALIZATION_WORDS = re.compile(r"\A(ERROR:\s*)?(1023|1018)\s*(\Z|;|DETAIL)|Serializable isolation violation")
LOGIN = frozenset({"28000", "28P01"})
LOST = frozenset({"57P01", "57P02", "57P03", "53300", "08000", "08001", "08003", "08004", "08006"})
CANCELLED = "57014"
ROLE_WORDS = ("S3ServiceException", "Not authorized to get credentials of role", "not authorized to assume")
# The driver's own refusals, which no retry mends. All else that comes without a SQLSTATE is a broken connection.
OWN_REFUSALS = ("server requesting", "Authentication method", "parameter", "paramstyle")
SECRETS = re.compile(
    r"((?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|CREDENTIALS|PASSWORD)\s*(?:AS\s*)?')(?:[^']|'')*'?"
    r"|(aws_(?:access_key_id|secret_access_key|session_token)\s*=\s*)[^';]*",
    re.IGNORECASE,
)


@contextmanager
def translated(where: str, statement: str = "") -> Iterator[None]:
    """Turn what the driver raises into errors of ``mysql_redshift.errors``."""
    try:
        yield
    except MysqlRedshiftError:
        raise
    except driver.Error as exc:
        raise _driver_error(exc, where, statement) from exc
    except (OSError, EOFError, struct.error) as exc:
        raise _lost(where, f"{type(exc).__name__}: {exc}") from exc
    except (AttributeError, TypeError, ValueError) as exc:
        # redshift_connector trips over its own None, or a closed file, where the socket was closed under it.
        if "NoneType" not in str(exc) and "closed file" not in str(exc):
            raise
        raise _lost(where, f"{type(exc).__name__}: {exc}") from exc


def server_fields(exc: BaseException | None) -> dict[str, str]:
    """Return the error's fields by their letter (C: SQLSTATE, M: message, D: detail) where the server sent it."""
    first = exc.args[0] if exc is not None and exc.args else None
    return first if isinstance(first, dict) else {}


def redacted(text: str) -> str:
    """Return text without the secrets that a COPY may name."""
    return SECRETS.sub(lambda found: f"{found.group(1) or found.group(2)}***", text)


def _driver_error(exc: driver.Error, where: str, statement: str) -> MysqlRedshiftError:
    fields = server_fields(exc)
    if not fields:
        return _without_answer(exc, where)
    state = fields.get("C", "")
    text = redacted("; ".join(part.strip() for part in (fields.get("M", ""), fields.get("D", "")) if part.strip()))
    shown = redacted(" ".join(statement.split()))[:STATEMENT_SHOWN]
    place = f"{where}, statement: {shown}" if shown else where
    denied = _denied(state, text, where, place)
    if denied is not None:
        return denied
    if state in SERIALIZATION or SERIALIZATION_WORDS.search(text):
        return SerializationFailure(
            "Another transaction was first", where=place, found=text, remedy="A retry goes on after it."
        )
    if state in LOST:
        return _lost(where, f"{text} (SQLSTATE {state})")
    return _refused(state, text, place)


def _denied(state: str, text: str, where: str, place: str) -> AccessDenied | None:
    if state in LOGIN or "password authentication failed" in text:
        return AccessDenied(
            "Redshift refused the login", where=where, found=text, remedy="Check login and password of the connection."
        )
    if state == "42501" or "permission denied" in text.lower():
        return AccessDenied(
            "The Redshift user may not do this", where=place, found=text, remedy="Have an administrator grant it."
        )
    if any(word in text for word in ROLE_WORDS):
        return AccessDenied(
            "Redshift may not read the lake",
            where=place,
            found=text,
            remedy="Attach target.iam_role to the cluster and let it read the bucket (s3:GetObject, s3:ListBucket).",
        )
    return None


def _refused(state: str, text: str, place: str) -> TargetError:
    remedy = "See Redshift's own words above."
    if state == CANCELLED:
        remedy = "Raise statement_timeout in the Redshift connection's extra, or find who cancelled it."
    return TargetError(
        "Redshift refused a statement", where=place, found=f"{text} (SQLSTATE {state or 'none'})", remedy=remedy
    )


def _without_answer(exc: driver.Error, where: str) -> MysqlRedshiftError:
    """Redshift said nothing: TLS, a refusal of the driver's own, or a connection that broke."""
    text = redacted(" ".join(str(part) for part in exc.args)) or type(exc).__name__
    if "certificate verify failed" in text.lower() or "CERTIFICATE_VERIFY_FAILED" in text:
        return TargetError(
            "Redshift's TLS certificate is not trusted",
            where=where,
            expected="a certificate of a known authority",
            found=text,
            remedy="Make the authority known to OpenSSL on the workers (SSL_CERT_FILE). TLS is never turned off.",
        )
    if any(word in text for word in OWN_REFUSALS):
        return ConfigurationError(
            "Redshift cannot be connected to in this way",
            where=where,
            found=text,
            remedy="Check host, port and login of the Redshift connection.",
        )
    if text == "Server refuses SSL":  # what the driver also says where the server closes before it answers
        text = "Redshift refuses TLS, or went away before it answered"
    return _lost(where, text)


def _lost(where: str, found: str) -> ConnectionFailed:
    return ConnectionFailed(
        "The connection to Redshift was lost", where=where, found=found, remedy="A retry may succeed."
    )
