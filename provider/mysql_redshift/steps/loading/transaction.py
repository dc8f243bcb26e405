"""One open load transaction: COPY and count, each link of the custody checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import LogFile
from mysql_redshift.core.manifest import copy_manifest
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import merge as merge_sql
from mysql_redshift.core.sql.merge import Staging
from mysql_redshift.core.types.column import Column
from mysql_redshift.errors import ConfigurationError, DataCheckFailed
from mysql_redshift.ports import ObjectStore, WarehouseSession


@dataclass(frozen=True, kw_only=True)
class LoadContext:
    """What the parts of one transaction share. ``reach``: the highest cursor value that any loaded entry read up to."""

    spec: TableSpec
    session: WarehouseSession
    store: ObjectStore
    layout: TableLayout
    load_id: str
    iam_role: str
    max_cursor: int | None = None

    @property
    def where(self) -> str:
        """The table and its target, as messages name them."""
        return f"{self.spec.name} -> {self.spec.target.schema}.{self.spec.target.table}"

    def number(self, sql: str) -> int:
        """Return the one number that a query answers."""
        return int(self.session.query(sql)[0][0])

    def copy(self, staging: Staging, columns: Sequence[Column], files: Sequence[LogFile], name: str) -> int:
        """COPY the files by a manifest called ``name``; return the rows that Redshift says it took."""
        key = self.layout.manifest(f"{self.load_id}-{name}")
        self.store.put(key, copy_manifest(files, self.store.uri))
        return self.session.copy(merge_sql.copy(staging, columns, self.store.uri(key), self.iam_role))

    def equal(self, what: str, expected: int, found: int) -> None:
        """Demand that two counts are one; raises DataCheckFailed, upon which the transaction is rolled back."""
        if expected != found:
            raise DataCheckFailed(
                f"Custody is broken: {what} are not as many as expected; the load is rolled back",
                where=self.where,
                expected=f"{expected} rows",
                found=f"{found} rows",
                remedy="Nothing was committed. Run again; if it repeats, extract the window again with since / until.",
            )


def iam_role_of(spec: TableSpec, given: str | None = None) -> str:
    """Return the role that COPY reads S3 with; raises ConfigurationError where there is none."""
    role = given or spec.target.iam_role
    if not role:
        raise ConfigurationError(
            "COPY needs an IAM role", where=spec.name, remedy="Give target.iam_role in the pipeline's YAML."
        )
    return role
