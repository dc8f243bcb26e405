"""An open load transaction: COPY, count, and require that counts are equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import LogFile
from mysql_redshift.core.manifest import copy_manifest
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import staging as staging_sql
from mysql_redshift.core.types.column import Column
from mysql_redshift.errors import ConfigurationError, DataCheckFailed
from mysql_redshift.ports import ObjectStore, WarehouseSession


@dataclass(frozen=True, kw_only=True)
class LoadTransaction:
    """What the parts of one transaction share."""

    spec: TableSpec
    session: WarehouseSession
    store: ObjectStore
    load_id: str
    iam_role: str

    def number(self, sql: str) -> int:
        """Return the single number that a query yields."""
        return int(self.session.query(sql)[0][0])

    def copy(self, table: str, columns: Sequence[Column], files: Sequence[LogFile], name: str) -> int:
        """COPY the files through a manifest named after ``name``; return the rows that Redshift reports."""
        key = TableLayout.of(self.spec).manifest(f"{self.load_id}-{name}")
        self.store.put(key, copy_manifest(files, self.store.uri))
        return self.session.copy(staging_sql.copy(table, columns, self.store.uri(key), self.iam_role))

    def require_equal(self, what: str, expected: int, found: int) -> None:
        """Raise DataCheckFailed unless two counts are equal; the caller's session then rolls back."""
        if expected != found:
            raise DataCheckFailed(
                f"Row count mismatch ({what}); the load was rolled back",
                where=self.spec.route,
                expected=f"{expected} rows",
                found=f"{found} rows",
                remedy="Nothing was committed. Run again. If it repeats, run with full_refresh: true, which supersedes "
                "the files.",
            )


def iam_role_of(spec: TableSpec, given: str | None = None) -> str:
    """Return the role with which COPY reads S3; raises ConfigurationError if there is none."""
    role = given or spec.target.iam_role
    if not role:
        raise ConfigurationError(
            "COPY needs an IAM role", where=spec.name, remedy="Set target.iam_role in the pipeline's YAML."
        )
    return role
