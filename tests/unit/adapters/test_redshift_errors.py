"""Translation of the driver's errors, including those that the stand-in cannot produce."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest
from redshift_connector.error import InterfaceError, OperationalError, ProgrammingError

from mysql_redshift.adapters.redshift.errors import redacted, translated
from mysql_redshift.errors import (
    AccessDenied,
    ConfigurationError,
    ConnectionFailed,
    SerializationFailure,
    StoreUnavailable,
    TargetError,
    TransientError,
)


def raised(exc: BaseException, statement: str = "COPY t FROM 's3://b/k'") -> BaseException:
    """Return the translation of an error."""
    try:
        with translated("cluster:5439/dev", statement):
            raise exc  # noqa: TRY301 - stands for the driver
    except Exception as found:
        return found


def server_error(code: str, message: str, **more: str) -> ProgrammingError:
    """Return an error as the driver raises it for a server's error response."""
    fields: Mapping[str, str] = {"S": "ERROR", "C": code, "M": message, **more}
    return ProgrammingError(dict(fields))


# Texts of public reports and of the Amazon Redshift documentation.
TRANSIENT = [
    (
        server_error("XX000", "could not complete because of conflict with concurrent transaction"),
        SerializationFailure,
    ),
    (
        server_error("23505", 'duplicate key violates unique constraint "pg_class_relname_nsp_index"'),
        SerializationFailure,
    ),
    (server_error("23505", 'duplicate key violates unique constraint "orders_pkey"'), TargetError),
    (server_error("XX000", "could not open relation with OID 6134794"), SerializationFailure),
    (server_error("XX000", "Cannot execute write query because system is in resize mode"), TransientError),
    (server_error("XX000", "cannot execute INSERT in a read-only mode"), TargetError),
]
S3 = [
    (
        server_error("XX000", "S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown"),
        StoreUnavailable,
    ),
    (
        server_error("XX000", "S3ServiceException:We encountered an internal error,Status 500,Error InternalError"),
        StoreUnavailable,
    ),
    (
        server_error("XX000", "S3Query Exception Connection failed, retries exceeded.", D="code: 15005"),
        StoreUnavailable,
    ),
    (
        server_error("XX000", "S3 Query Exception (Fetch)", D="code: 15001 Resource temporarily unavailable"),
        StoreUnavailable,
    ),
    (server_error("XX000", "Spectrum Scan Error", D="code: 15001 HTTP response error code: 503"), StoreUnavailable),
    (server_error("XX000", "Spectrum Scan Error", D="code: 15001 HTTP response error code: 403"), AccessDenied),
    (server_error("XX000", "Spectrum Scan Error", D="S3 error: 138, KMS AccessDeniedException"), AccessDenied),
    (server_error("XX000", "COPY with MANIFEST parameter requires full path of an S3 object"), AccessDenied),
    (server_error("XX000", "User arn:x is not authorized to assume IAM Role arn:y"), AccessDenied),
    (
        server_error("XX000", "S3ServiceException:The bucket must be addressed,Status 301,Error PermanentRedirect"),
        TargetError,
    ),
    (
        server_error("XX000", "S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey"),
        TargetError,
    ),
    (server_error("XX000", "Spectrum Scan Error", D="code: 15007 Unmatched number of columns"), TargetError),
    (
        server_error(
            "XX000", "Spectrum Scan Error", D="code: 15007 File https://s3.eu.amazonaws.com/lake/kms/SlowDown.parquet"
        ),
        TargetError,
    ),
]


@pytest.mark.parametrize(
    ("exc", "kind"),
    [
        (server_error("XX000", "1023", D="Serializable isolation violation on table - 100"), SerializationFailure),
        (server_error("XX000", "1018", D="Relation does not exist."), SerializationFailure),
        (server_error("XX000", "ERROR: 1023 DETAIL: Serializable isolation violation"), SerializationFailure),
        (server_error("40001", "could not serialize access"), SerializationFailure),
        (server_error("40P01", "deadlock detected"), SerializationFailure),
        (server_error("XX000", "1023 rows are too many"), TargetError),
        (server_error("42501", "permission denied for relation t"), AccessDenied),
        (server_error("28000", 'no pg_hba.conf entry for host "::ffff:10.0.0.1"'), AccessDenied),
        (server_error("XX000", "S3ServiceException:Access Denied,Status 403,Error AccessDenied"), AccessDenied),
        *TRANSIENT,
        *S3,
        (server_error("57P01", "terminating connection due to administrator command"), ConnectionFailed),
        (server_error("57P03", "the database system is starting up"), ConnectionFailed),
        (server_error("53300", "too many connections"), ConnectionFailed),
        (server_error("57014", "Query (12) cancelled due to statement timeout"), TargetError),
        (server_error("42P01", 'relation "t" does not exist'), TargetError),
        (InterfaceError("BrokenPipe: server socket closed. We noticed a timeout is set"), ConnectionFailed),
        (InterfaceError("communication error", OSError(111, "Connection refused")), ConnectionFailed),
        (InterfaceError("connection is closed"), ConnectionFailed),
        (InterfaceError("Unable to determine ip for host x port 5439"), ConnectionFailed),
        (InterfaceError("Server refuses SSL"), ConnectionFailed),
        (OperationalError("connection time out", TimeoutError("timed out")), ConnectionFailed),
        (InterfaceError("Authentication method 10 not supported"), ConfigurationError),
        (InterfaceError("communication error", OSError(1, "certificate verify failed: expired")), TargetError),
        (struct.error("unpack requires a buffer of 5 bytes"), ConnectionFailed),
        (ConnectionResetError(104, "reset"), ConnectionFailed),
        (AttributeError("'NoneType' object has no attribute 'write'"), ConnectionFailed),
        (ValueError("write to closed file"), ConnectionFailed),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), TargetError),
    ],
    ids=lambda value: str(value)[:60],
)
def test_each_driver_error_becomes_a_transient_or_terminal_error(exc: BaseException, kind: type[BaseException]) -> None:
    """The class decides whether a retry follows; the driver's error remains the cause."""
    found = raised(exc)

    assert type(found) is kind
    assert found.__cause__ is exc
    assert "cluster:5439/dev" in str(found)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("S3ServiceException:Access Denied,Status 403,Error AccessDenied", "s3:GetObject"),
        ("Spectrum Scan Error; code: 15001 KMS 138 AccessDenied", "kms:Decrypt"),
        ("S3ServiceException:x,Status 301,Error PermanentRedirect", "region"),
        ("S3ServiceException:x,Status 404,Error NoSuchKey", "full_refresh"),
    ],
)
def test_an_error_of_s3_names_what_to_change(text: str, remedy: str) -> None:
    """Redshift's own text names neither the role nor the key."""
    assert remedy in str(raised(server_error("XX000", text)))


def test_a_programming_error_is_not_translated() -> None:
    """Only the TypeErrors that the driver raises on a closed socket are a lost connection."""
    mistake = TypeError("execute() takes 2 positional arguments")

    assert raised(mistake) is mistake


@pytest.mark.parametrize(
    "text",
    [
        "COPY t FROM 's3://b' ACCESS_KEY_ID 'hunter2' SECRET_ACCESS_KEY 'hunter2' SESSION_TOKEN 'hunter2'",
        "COPY t FROM 's3://b' CREDENTIALS AS 'aws_access_key_id=hunter2;aws_secret_access_key=hunter2;token=hunter2'",
        "copy t from 's3://b' credentials 'aws_iam_role=x;aws_secret_access_key=hunter2'",
        "CREATE USER u PASSWORD 'hunter2'",
        "CREATE USER u PASSWORD 'it''s hunter2'",
        "near aws_secret_access_key=hunter2",
    ],
)
def test_secrets_are_redacted(text: str) -> None:
    """Secrets in a statement or message must not reach a log (S09)."""
    shown = redacted(text)

    assert "hunter2" not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "text",
    [
        "COPY t (a, b) FROM 's3://b/k' IAM_ROLE 'arn:aws:iam::1:role/copy' FORMAT AS PARQUET MANIFEST",
        "password authentication failed for user 'loader'",
    ],
)
def test_a_text_without_secrets_is_unchanged(text: str) -> None:
    """Neither an IAM role nor the word "password" alone is a secret."""
    assert redacted(text) == text
