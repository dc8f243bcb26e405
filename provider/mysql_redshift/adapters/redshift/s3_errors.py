"""Errors of S3 inside a COPY. Redshift reports them as its own, in several forms, with S3's status in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mysql_redshift.errors import AccessDenied, MysqlRedshiftError, StoreUnavailable, TargetError

S3_WORDS = re.compile(
    r"S3ServiceException|S3 ?Query ?Exception|Spectrum Scan Error|credentials of role|authorized to assume"
    r"|requires full path of an S3 object|Mandatory url",
    re.IGNORECASE,
)
URL = re.compile(r"\b(?:https?|s3)://\S+")  # the names of bucket and table explain nothing
STATUS = re.compile(r"(?:\bStatus|HTTP response error code:?)\s*(\d{3})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What an error means: one of S3's statuses, or ``words`` (a pattern) in the text."""

    statuses: tuple[int, ...]
    words: str
    kind: type[MysqlRedshiftError]
    what: str
    remedy: str

    def explains(self, text: str, status: int) -> bool:
        """Return whether the text or S3's status (0: none) is of this kind."""
        return status in self.statuses or re.search(self.words, text, re.IGNORECASE) is not None


CAUSES = (
    Cause(
        statuses=(429, 500, 502, 503, 504),
        words="SlowDown|ServiceUnavailable|InternalError|RequestTimeout|retries exceeded|temporarily unavailable",
        kind=StoreUnavailable,
        what="S3 refused or dropped Redshift's reads",
        remedy="A retry may succeed.",
    ),
    Cause(
        statuses=(301, 307),
        words="PermanentRedirect|AuthorizationHeaderMalformed|specified endpoint",
        kind=TargetError,
        what="The lake is not in the cluster's region",
        remedy="COPY reads Parquet only from a bucket in the cluster's region: use a lake there.",
    ),
    Cause(
        statuses=(),
        words=r"\bkms\b",
        kind=AccessDenied,
        what="Redshift is not allowed to decrypt the lake",
        remedy="Grant target.iam_role kms:Decrypt on the KMS key of the lake's files.",
    ),
    Cause(
        statuses=(401, 403),
        words="Access ?Denied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|credentials of role"
        "|authorized to assume|requires full path of an S3 object",
        kind=AccessDenied,
        what="Redshift is not allowed to read the lake",
        remedy="Attach target.iam_role to the cluster; grant the role s3:GetObject and s3:ListBucket; check that the "
        "bucket's policy does not deny them (VPC endpoint, age of the signature).",
    ),
    Cause(
        statuses=(404,),
        words="NoSuchKey|NoSuchBucket|Mandatory url",
        kind=TargetError,
        what="A file that the log lists is missing from the lake",
        remedy="Find out what deleted it, such as a lifecycle rule; full_refresh: true reads all rows into new files.",
    ),
)


def s3_failure(text: str, place: str) -> MysqlRedshiftError | None:
    """Return the error for Redshift's ``text`` if S3 or KMS caused it, else None."""
    if not S3_WORDS.search(text):
        return None
    words = URL.sub("", text)
    found = STATUS.search(words)
    status = int(found.group(1)) if found else 0
    cause = next((cause for cause in CAUSES if cause.explains(words, status)), None)
    return cause.kind(cause.what, where=place, found=text, remedy=cause.remedy) if cause else None
