"""Where the servers are and how a client enters: the same for the real ones and the local ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class MySQLAddress:
    """A MySQL or MariaDB server."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class BastionAddress:
    """An SSH server whose key is known beforehand, as ``ssh-ed25519 AAAA...``."""

    host: str
    port: int
    user: str
    private_key: Path
    host_key: str


@dataclass(frozen=True, kw_only=True)
class RedshiftAddress:
    """A Redshift cluster as the bastion sees it; ``ca_file`` holds whom its certificate must come from."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    ca_file: Path


@dataclass(frozen=True, kw_only=True)
class LakeAddress:
    """A bucket."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Everything a run talks to."""

    mysql: MySQLAddress
    bastion: BastionAddress
    redshift: RedshiftAddress
    lake: LakeAddress
    metadata: str = field(repr=False)  # SQLAlchemy address of an empty PostgreSQL database for Airflow
