"""Implement the port ``ObjectStore`` on a bucket of Amazon S3 or of an S3-compatible server."""

from __future__ import annotations

from mysql_redshift.adapters.s3.store import S3Store

__all__ = ["S3Store"]
