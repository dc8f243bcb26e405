"""The settings of the stand-in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """S3's endpoint and keys; ``roles`` are the roles that COPY may name."""

    endpoint: str
    access_key: str
    secret_key: str
    roles: tuple[str, ...]
    region: str = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Addresses and files. ``port`` accepts the bastion's processes only, ``conformance_port`` every client."""

    host: str
    port: int
    conformance_port: int
    backend_host: str
    backend_port: int
    backend_user: str
    database: str
    user: str
    password: str
    tls_cert: str
    tls_key: str
    storage: StorageSettings
    bastion_pid: int | None
    control_socket: str | None = None

    @property
    def conninfo(self) -> str:
        return (
            f"host={self.backend_host} port={self.backend_port} user={self.backend_user} application_name=standin "
            "sslmode=disable gssencmode=disable"
        )
