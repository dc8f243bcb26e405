"""The addresses of the servers that take part in the replication."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.status import BastionStatus, MySQLStatus, RedshiftStatus, S3Status, Status


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """Source, S3, and the target with its bastion."""

    source: MySQLStatus
    s3: S3Status
    bastion: BastionStatus
    redshift: RedshiftStatus

    @classmethod
    def of(cls, status: Status) -> Endpoints:
        """Select them from the addresses of the stack."""
        source = status.mysql or status.mariadb
        if not (source and status.s3 and status.bastion and status.redshift):
            raise RuntimeError(f"The stack is incomplete: {status}")
        return cls(source=source, s3=status.s3, bastion=status.bastion, redshift=status.redshift)

    @property
    def source_name(self) -> str:
        """Product and version, such as ``MySQL 9.7.0``."""
        return f"{'MySQL' if self.source.flavor == 'mysql' else 'MariaDB'} {self.source.version}"
