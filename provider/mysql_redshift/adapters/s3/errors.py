"""What boto3 raises, translated once."""

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

MOST_NAMED = 5  # keys that one message names
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
    """S3 said that there is no such object, or, to a HEAD, no such object or bucket."""


@contextmanager
def translated(verb: str, where: str, bucket: str, *, absent: bool = False) -> Iterator[None]:
    """Turn what boto3 raises into errors of ``mysql_redshift.errors``; ``verb`` says what was tried.

    Where ``absent``, an object that does not exist raises Missing.
    """
    try:
        yield
    except ClientError as exc:
        if absent and code_of(exc) in MISSING:
            raise Missing(where) from exc
        raise _refusal(exc, verb, where, bucket) from exc
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as exc:
        raise AccessDenied(
            "No AWS credentials were found",
            where=where,
            found=str(exc),
            remedy="Fill in the AWS connection, or give the worker a role.",
        ) from exc
    except (BotoConnectionError, HTTPClientError, IncompleteReadError) as exc:
        raise _unreachable(exc, verb, where) from exc
    except BotoCoreError as exc:
        raise StoreError(
            f"S3 could not be asked to {verb} this",
            where=where,
            found=str(exc),
            remedy="Correct lake in the pipeline's YAML, or the AWS connection.",
        ) from exc
    except Boto3Error as exc:
        # The transfer manager hides S3's own answer behind an error of its own.
        if isinstance(exc.__context__, ClientError):
            raise _refusal(exc.__context__, verb, where, bucket) from exc
        raise _unreachable(exc, verb, where) from exc


def code_of(exc: ClientError) -> str:
    """Return S3's name for its refusal; for a HEAD, which has no body, the HTTP status."""
    return str(exc.response.get("Error", {}).get("Code", ""))


def _unreachable(exc: Exception, verb: str, where: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"S3 could not be reached to {verb} this",
        where=where,
        found=f"{type(exc).__name__}: {exc}",
        remedy="Check the endpoint and the network. A retry may succeed.",
    )


def _refusal(exc: ClientError, verb: str, where: str, bucket: str) -> MysqlRedshiftError:
    code = code_of(exc)
    status = int(exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "NoSuchBucket":
        return no_bucket(where, bucket)
    if code in TRANSIENT or status >= 500:
        return StoreUnavailable(
            f"S3 failed to {verb} this", where=where, found=f"{code} ({status})", remedy="A retry may succeed."
        )
    if code in DENIED:
        return AccessDenied(
            f"S3 does not let us {verb} this",
            where=where,
            found=f"{code} ({status})",
            remedy=f"Check the AWS connection's keys or role. It needs s3:ListBucket on {bucket}, and s3:GetObject, "
            "s3:PutObject and s3:DeleteObject on its objects.",
        )
    if code in ELSEWHERE:
        return StoreError(
            "The bucket is in another region",
            where=where,
            found=str(exc),
            remedy="Set region_name in the AWS connection's extra; Redshift's COPY needs its own region.",
        )
    return StoreError(f"S3 refused to {verb} this", where=where, found=str(exc), remedy="See S3's own words above.")


def no_bucket(where: str, bucket: str) -> StoreError:
    """Return the error of a bucket that does not exist."""
    return StoreError(
        "The bucket does not exist",
        where=where,
        expected=f"bucket {bucket}",
        found="no such bucket",
        remedy="Create it, or correct lake.bucket in the pipeline's YAML.",
    )


def unknown_outcome(where: str) -> OutcomeUnknown:
    """Return the error of a conditional write of which nobody can say whether it happened."""
    return OutcomeUnknown(
        "S3's answer to a conditional write was lost, and it cannot be told yet whether the object was created",
        where=where,
        remedy="Run again: the same run finds its own object, another run's object is named.",
    )


def endless_conflict(where: str, tries: int) -> StoreUnavailable:
    """Return the error of a key on which other writes never end."""
    return StoreUnavailable(
        "S3 keeps saying that another write to this key is under way",
        where=where,
        found=f"409 ConditionalRequestConflict {tries} times",
        remedy="A retry may succeed.",
    )


def no_conditional_writes(where: str, found: str) -> StoreError:
    """Return the error of a server on which two runs could overwrite each other."""
    return StoreError(
        "This server has no conditional writes",
        where=where,
        expected="PUT with If-None-Match",
        found=found,
        remedy="Use a bucket on Amazon S3, or on a server that supports conditional writes.",
    )


def not_deleted(where: str, kept: Sequence[Mapping[str, Any]]) -> MysqlRedshiftError:
    """Return the error of objects that S3 kept: transient only where all of them may go at the next try."""
    named = "; ".join(f"{e.get('Key')}: {e.get('Code')} {e.get('Message', '')}" for e in kept[:MOST_NAMED])
    transient = all(error.get("Code") in TRANSIENT for error in kept)
    return (StoreUnavailable if transient else StoreError)(
        f"S3 did not delete {len(kept)} objects",
        where=where,
        found=named,
        remedy="A retry may succeed." if transient else "Allow s3:DeleteObject on this prefix.",
    )
