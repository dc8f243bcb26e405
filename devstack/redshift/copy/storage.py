"""COPY's access to S3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from devstack.redshift.copy.errors import LoadError
from devstack.redshift.copy.statement import DEFAULT_ROLE
from devstack.redshift.settings import StorageSettings


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One object to load."""

    url: str
    size: int

    @property
    def bucket(self) -> str:
        return self.url.removeprefix("s3://").partition("/")[0]

    @property
    def key(self) -> str:
        return self.url.removeprefix("s3://").partition("/")[2]


class Storage:
    """A blocking S3 client, called from worker threads."""

    def __init__(self, settings: StorageSettings) -> None:
        self._settings = settings

    @cached_property
    def client(self) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self._settings.endpoint,
            aws_access_key_id=self._settings.access_key,
            aws_secret_access_key=self._settings.secret_key,
            region_name=self._settings.region,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3}, max_pool_connections=32),
        )

    def authorize(self, options: Mapping[str, str], user: str) -> None:
        """Raise an error for a role that the cluster does not have, or for keys that S3 rejects."""
        role = options.get("IAM_ROLE")
        if role is not None:
            self._check_role(role, user)
            return
        keys = _keys(options)
        if "role" in keys:
            self._check_role(keys["role"], user)
        elif keys != {"id": self._settings.access_key, "secret": self._settings.secret_key}:
            raise LoadError(
                message="S3ServiceException:The AWS Access Key Id you provided does not exist in our records.,"
                "Status 403,Error InvalidAccessKeyId",
                code=8001,
                context="Listing bucket",
                location="s3_utility.cpp:750",
                process="padbmaster",
            )

    def _check_role(self, role: str, user: str) -> None:
        known = self._settings.roles
        requested = known[:1] if role == DEFAULT_ROLE else tuple(part.strip() for part in role.split(","))
        if not requested or any(part not in known for part in requested):
            raise LoadError(
                message=f"User arn:aws:redshift:{self._settings.region}:123456789012:dbuser:stand-in/{user} is not "
                f"authorized to assume IAM Role {role}",
                code=8001,
                context=f"IAM Role={role}",
                location="xen_aws_credentials_mgr.cpp:411",
                process="padbmaster",
            )

    def head(self, url: str) -> SourceFile | None:
        """Return the object, or None if it does not exist; other errors of S3 are load errors."""
        from botocore.exceptions import ClientError

        file = SourceFile(url=url, size=0)
        try:
            found = self.client.head_object(Bucket=file.bucket, Key=file.key)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound", "NoSuchBucket"):
                return None
            raise s3_error(exc) from exc
        return SourceFile(url=url, size=int(found["ContentLength"]))

    def read(self, url: str) -> bytes | None:
        """Return the content of a small object."""
        if self.head(url) is None:
            return None
        file = SourceFile(url=url, size=0)
        body: bytes = self.client.get_object(Bucket=file.bucket, Key=file.key)["Body"].read()
        return body

    def list(self, url: str) -> list[SourceFile]:
        """Return the objects whose keys start with the URL's key: a prefix, not a folder."""
        from botocore.exceptions import ClientError

        prefix = SourceFile(url=url, size=0)
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=prefix.key)
        try:
            return [
                SourceFile(url=f"s3://{prefix.bucket}/{entry['Key']}", size=int(entry["Size"]))
                for page in pages
                for entry in page.get("Contents", [])
            ]
        except ClientError as exc:
            raise s3_error(exc) from exc

    def download(self, file: SourceFile, path: Path) -> None:
        from botocore.exceptions import ClientError

        try:
            body = self.client.get_object(Bucket=file.bucket, Key=file.key)["Body"]
        except ClientError as exc:
            raise s3_error(exc) from exc
        with path.open("wb") as out:
            for chunk in body.iter_chunks(1 << 20):
                out.write(chunk)

    def address(self, file: SourceFile) -> str:
        """Return the URL in error messages, with the key percent-encoded."""
        return f"https://s3.{self._settings.region}.amazonaws.com/{file.bucket}/{quote(file.key)}"


def s3_error(exc: Any) -> LoadError:
    error = exc.response["Error"]
    status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return LoadError(
        message=f"S3ServiceException:{error.get('Message', '')},Status {status},Error {error.get('Code', '')}",
        code=8001,
        context="Failed to access S3",
        location="s3_utility.cpp:720",
        process="padbmaster",
    )


def _keys(options: Mapping[str, str]) -> dict[str, str]:
    if "CREDENTIALS" not in options:
        return {"id": options.get("ACCESS_KEY_ID", ""), "secret": options.get("SECRET_ACCESS_KEY", "")}
    pairs = dict(part.partition("=")[::2] for part in options["CREDENTIALS"].split(";"))
    names = {"aws_access_key_id": "id", "aws_secret_access_key": "secret", "aws_iam_role": "role"}
    return {names[key.strip().lower()]: value for key, value in pairs.items() if key.strip().lower() in names}
