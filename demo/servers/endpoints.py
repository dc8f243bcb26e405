"""The servers between which rows move."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.status import BastionStatus, MySQLStatus, RedshiftStatus, S3Status, Status


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """Source, lake, and target behind its bastion."""

    source: MySQLStatus
    s3: S3Status
    bastion: BastionStatus
    redshift: RedshiftStatus

    @classmethod
    def of(cls, status: Status) -> Endpoints:
        """Take them from the stack's addresses."""
        source = status.mysql or status.mariadb
        if not (source and status.s3 and status.bastion and status.redshift):
            raise RuntimeError(f"The stack is not complete: {status}")
        return cls(source=source, s3=status.s3, bastion=status.bastion, redshift=status.redshift)

    @property
    def source_name(self) -> str:
        """Product and version, as a person would say them."""
        return f"{'MySQL' if self.source.flavor == 'mysql' else 'MariaDB'} {self.source.version}"
