"""One bucket of Amazon S3, or of a server that speaks its protocol, as the port ``ObjectStore``."""

from __future__ import annotations

from mysql_redshift.adapters.s3.store import S3Store

__all__ = ["S3Store"]
