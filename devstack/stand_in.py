"""Start the Redshift stand-in: a proxy with PostgreSQL as its storage."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from devstack import certificates, paths
from devstack.errors import DevstackError
from devstack.postgres import SSL_REQUEST
from devstack.process import Server, first_bytes
from devstack.status import PostgresStatus, RedshiftStatus, S3Status, Status

USER = "awsuser"
DATABASE = "dev"
IAM_ROLE = "arn:aws:iam::123456789012:role/copy"


def start(
    home: Path, ports: tuple[int, int], storage: PostgresStatus, s3: S3Status, bastion_pid: int
) -> tuple[Server, RedshiftStatus]:
    """Start the proxy on ``ports``: the first accepts connections from the bastion only, the second from anywhere."""
    folder = home / "redshift"
    certificates.make(folder)
    password = _secret(folder / "password", secrets.token_hex(12))
    _secret(folder / "s3-secret", s3.secret_key)
    port, conformance_port = ports
    options = {
        "--host": "127.0.0.1",
        "--port": port,
        "--conformance-port": conformance_port,
        "--backend-host": storage.host,
        "--backend-port": storage.port,
        "--backend-user": storage.user,
        "--database": DATABASE,
        "--user": USER,
        "--password-file": folder / "password",
        "--tls-cert": folder / "server.pem",
        "--tls-key": folder / "server.key",
        "--s3-endpoint": s3.endpoint,
        "--s3-access-key": s3.access_key,
        "--s3-secret-key-file": folder / "s3-secret",
        "--iam-role": IAM_ROLE,
        "--bastion-pid": bastion_pid,
        "--log-file": home / "logs/redshift.log",
        "--control-socket": folder / "control.sock",
    }
    arguments = [str(part) for pair in options.items() for part in pair]
    command = [sys.executable, "-m", "devstack.redshift", "serve", *arguments]
    server = Server("redshift", command, log=home / "logs/redshift.out", cwd=paths.REPOSITORY)
    server.wait_ready(lambda: first_bytes(port, send=SSL_REQUEST) == b"S")
    status = RedshiftStatus(
        host="127.0.0.1",
        port=port,
        conformance_port=conformance_port,
        user=USER,
        password=password,
        database=DATABASE,
        ca_file=str(folder / "ca.pem"),
        iam_role=IAM_ROLE,
        control_socket=str(folder / "control.sock"),
    )
    return server, status


def connection_details(found: Status) -> str:
    """Return what a client of the stand-in needs: direct port, address behind the bastion, bucket and role."""
    redshift, bastion, lake = found.redshift, found.bastion, found.s3
    if redshift is None or bastion is None or lake is None:
        raise DevstackError("The stand-in is not running")
    account, options = f"{redshift.user}:{redshift.password}", f"sslmode=verify-ca&sslrootcert={redshift.ca_file}"
    ssh = f"{bastion.user}@{bastion.host}, port {bastion.port}, key {bastion.private_key_file}"
    rows = {
        "direct": f"postgresql://{account}@{redshift.host}:{redshift.conformance_port}/{redshift.database}?{options}",
        "via bastion": f"{redshift.host}:{redshift.port} from {ssh}",
        "bucket": f"s3://{lake.bucket}/ at {lake.endpoint}, key {lake.access_key}, secret {lake.secret_key}",
        "role": f"IAM_ROLE '{redshift.iam_role}'",
        "control socket": redshift.control_socket,
    }
    return "\n".join(f"{name:<16} {value}" for name, value in rows.items())


def _secret(file: Path, value: str) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(value)
    return file.read_text()
