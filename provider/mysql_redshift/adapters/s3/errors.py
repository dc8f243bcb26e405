"""Translate boto3's errors, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError

from mysql_redshift.errors import AccessDenied, MysqlRedshiftError, OutcomeUnknown, StoreError, StoreUnavailable

MOST_NAMED = 5  # keys listed in one message
MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
DENIED = frozenset(
    {
        "AccessDenied",
        "403",
        "Forbidden",
        "AllAccessDisabled",
        "AccountProblem",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "ExpiredToken",
        "InvalidToken",
        "TokenRefreshRequired",
        "RequestTimeTooSkewed",
    }
)
ELSEWHERE = frozenset(
    {"PermanentRedirect", "301", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
)
TRANSIENT = frozenset(
    {
        "InternalError",
        "ServiceUnavailable",
        "SlowDown",
        "RequestTimeout",
        "OperationAborted",
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TooManyRequests",
        "429",
    }
)


class Missing(Exception):
    """S3 reported that the object does not exist; for a HEAD, that the object or the bucket does not exist."""


@contextmanager
def translated(action: str, where: str, bucket: str, *, absent: bool = False) -> Iterator[None]:
    """Translate boto3's errors; ``action`` completes "S3 refused to ...".

    Raises:
        Missing: the object does not exist, if ``absent``.
        MysqlRedshiftError: any other error of boto3, which is its cause.

    """
    try:
        yield
    except ClientError as exc:
        if absent and code_of(exc) in MISSING:
            raise Missing(where) from exc
        raise _refusal(exc, action, where, bucket) from exc
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as exc:
        raise AccessDenied(
            "No AWS credentials were found",
            where=where,
            found=str(exc),
            remedy="Set the keys or the role in the AWS connection, or attach an IAM role to the worker.",
        ) from exc
    except (BotoConnectionError, HTTPClientError, IncompleteReadError) as exc:
        raise _unreachable(exc, action, where) from exc
    except BotoCoreError as exc:
        raise StoreError(
            f"The request to {action} could not be sent to S3",
            where=where,
            found=str(exc),
            remedy="Correct lake in the pipeline's YAML, or correct the AWS connection.",
        ) from exc
    except Boto3Error as exc:
        # The transfer manager wraps S3's response in an error of its own.
        if isinstance(exc.__context__, ClientError):
            raise _refusal(exc.__context__, action, where, bucket) from exc
        raise _unreachable(exc, action, where) from exc


def code_of(exc: ClientError) -> str:
    """Return S3's error code; for a HEAD, which has no body, the HTTP status."""
    return str(exc.response.get("Error", {}).get("Code", ""))


def _unreachable(exc: Exception, action: str, where: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"S3 is unreachable, could not {action}",
        where=where,
        found=f"{type(exc).__name__}: {exc}",
        remedy="Check the endpoint and the network; a retry may succeed.",
    )


def _refusal(exc: ClientError, action: str, where: str, bucket: str) -> MysqlRedshiftError:
    code = code_of(exc)
    status = int(exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "NoSuchBucket":
        return no_bucket(where, bucket)
    if code in TRANSIENT or status >= 500:
        return StoreUnavailable(
            f"S3 failed to {action}", where=where, found=f"{code} ({status})", remedy="A retry may succeed."
        )
    if code in DENIED:
        return AccessDenied(
            f"S3 denied permission to {action}",
            where=where,
            found=f"{code} ({status})",
            remedy=f"Check the AWS connection's keys or role. They need s3:ListBucket on {bucket}, and s3:GetObject, "
            "s3:PutObject and s3:DeleteObject on its objects.",
        )
    if code in ELSEWHERE:
        return StoreError(
            "The bucket is in another region",
            where=where,
            found=str(exc),
            remedy="Set region_name in the AWS connection's extra to the bucket's region; "
            "for Redshift's COPY, set its region as well.",
        )
    return StoreError(
        f"S3 refused to {action}", where=where, found=str(exc), remedy="Correct what S3's response above names."
    )


def no_bucket(where: str, bucket: str) -> StoreError:
    """Return the error for a bucket that does not exist."""
    return StoreError(
        "The bucket does not exist",
        where=where,
        expected=f"bucket {bucket}",
        found="no such bucket",
        remedy="Create it, or correct lake.bucket in the pipeline's YAML.",
    )


def unknown_outcome(where: str) -> OutcomeUnknown:
    """Return the error for a conditional write whose outcome is unknown."""
    return OutcomeUnknown(
        "The reply to a conditional write was lost; it is unknown whether the object was created",
        where=where,
        remedy="Retry: the same run finds its own object, and another run's object is reported as a conflict.",
    )


def persistent_conflict(where: str, tries: int) -> StoreUnavailable:
    """Return the error for a key on which S3 reports a concurrent write at every attempt."""
    return StoreUnavailable(
        "S3 kept reporting another write to this key in progress",
        where=where,
        found=f"409 ConditionalRequestConflict {tries} times",
        remedy="A retry may succeed.",
    )


def no_conditional_writes(where: str, found: str) -> StoreError:
    """Return the error for a server on which two runs could overwrite each other's log entries."""
    return StoreError(
        "The S3 server does not support conditional writes",
        where=where,
        expected="PUT with If-None-Match",
        found=found,
        remedy="Use a bucket on Amazon S3, or on a server that supports conditional writes.",
    )


def not_deleted(where: str, kept: Sequence[Mapping[str, Any]]) -> MysqlRedshiftError:
    """Return the error for objects that S3 did not delete; transient if every refusal is."""
    named = "; ".join(f"{e.get('Key')}: {e.get('Code')} {e.get('Message', '')}" for e in kept[:MOST_NAMED])
    transient = all(error.get("Code") in TRANSIENT for error in kept)
    return (StoreUnavailable if transient else StoreError)(
        f"S3 did not delete {len(kept)} objects",
        where=where,
        found=named,
        remedy="A retry may succeed." if transient else "Grant s3:DeleteObject on this prefix.",
    )
