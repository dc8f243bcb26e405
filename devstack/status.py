"""The addresses of the local servers, as a JSON file and as environment variables."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from devstack import paths
from devstack.errors import DevstackError


@dataclass(frozen=True, kw_only=True)
class MySQLStatus:
    """A MySQL or MariaDB server and its administrative user."""

    flavor: str
    version: str
    host: str
    port: int
    user: str
    password: str
    system_zone: str


@dataclass(frozen=True, kw_only=True)
class S3Status:
    """An S3 endpoint with one bucket."""

    endpoint: str
    region: str
    bucket: str
    access_key: str
    secret_key: str


@dataclass(frozen=True, kw_only=True)
class BastionStatus:
    """An OpenSSH server that forwards to the databases only; ``host_key`` is ``ssh-ed25519 AAAA...``."""

    host: str
    port: int
    user: str
    private_key_file: str
    host_key: str
    pid: int


@dataclass(frozen=True, kw_only=True)
class RedshiftStatus:
    """The Redshift stand-in; host and port are as seen from the bastion.

    For tests of the stand-in: ``conformance_port`` accepts every client, ``control_socket`` accepts fault orders.
    """

    host: str
    port: int
    conformance_port: int
    user: str
    password: str
    database: str
    ca_file: str
    iam_role: str
    control_socket: str


@dataclass(frozen=True, kw_only=True)
class PostgresStatus:
    """A PostgreSQL server for Airflow's metadata."""

    host: str
    port: int
    user: str
    password: str
    database: str


@dataclass(frozen=True, kw_only=True)
class Status:
    """The running servers; None for a server that was not requested."""

    home: str
    mysql: MySQLStatus | None = None
    mariadb: MySQLStatus | None = None
    s3: S3Status | None = None
    bastion: BastionStatus | None = None
    redshift: RedshiftStatus | None = None
    postgres: PostgresStatus | None = None

    def to_json(self) -> str:
        """Return indented JSON."""
        return json.dumps(asdict(self), indent=2)

    def environment(self) -> dict[str, str]:
        """Return ``DEVSTACK_MYSQL_PORT=...`` and so on, and ``DEVSTACK_STATUS``, the path of the file."""
        values = {"DEVSTACK_STATUS": str(path(Path(self.home)))}
        for service, fields in asdict(self).items():
            if isinstance(fields, dict):
                values.update({f"DEVSTACK_{service}_{name}".upper(): str(value) for name, value in fields.items()})
        return values


KINDS: dict[str, type[Any]] = {
    "mysql": MySQLStatus,
    "mariadb": MySQLStatus,
    "s3": S3Status,
    "bastion": BastionStatus,
    "redshift": RedshiftStatus,
    "postgres": PostgresStatus,
}


def from_json(text: str) -> Status:
    """Parse the output of ``to_json``."""
    plain = json.loads(text)
    services = {name: kind(**plain[name]) for name, kind in KINDS.items() if plain.get(name)}
    return Status(home=plain["home"], **services)


def path(home: Path) -> Path:
    """Return the path of the status file."""
    return home / "status.json"


def load() -> Status:
    """Read the addresses from DEVSTACK_STATUS, else from the home; raise DevstackError if no servers are running."""
    file = Path(os.environ.get("DEVSTACK_STATUS") or path(paths.home()))
    try:
        found = from_json(file.read_text())
    except FileNotFoundError as exc:
        raise DevstackError(f"No local servers are running ({file} is missing). Run python -m devstack up.") from exc
    if paths.is_abandoned(Path(found.home)):
        raise DevstackError(f"The servers in {file} are no longer running. Run python -m devstack up.")
    return found
