"""Airflow's settings and connections, as environment variables."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devstack.process import free_port
from devstack.status import BastionStatus, MySQLStatus, PostgresStatus, RedshiftStatus, S3Status

USER = "admin"
DATABASE = "airflow"
PARALLELISM = 8  # more would exhaust the api-server's pool of database connections


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Folders, addresses and connections of one Airflow; ``environment_name`` is the provider's environment."""

    home: Path
    dags: Path
    environment_name: str
    metadata: PostgresStatus
    connections: Mapping[str, Mapping[str, object]] = field(repr=False)
    ca_file: Path
    password: str = field(repr=False)
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """The address of the UI and of the API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def password_file(self) -> Path:
        """The password file of the simple auth manager."""
        return self.home / "passwords.json"

    def environment(self) -> dict[str, str]:
        """Return the environment variables for Airflow's processes and its command line."""
        metadata = f"{self.metadata.user}@{self.metadata.host}:{self.metadata.port}/{DATABASE}"
        options: dict[str, dict[str, object]] = {
            "core": {
                "dags_folder": self.dags,
                "load_examples": False,
                "executor": "LocalExecutor",
                "parallelism": PARALLELISM,
                "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
                "execution_api_server_url": f"{self.url}/execution/",
                "simple_auth_manager_users": f"{USER}:admin",
                "simple_auth_manager_passwords_file": self.password_file,
            },
            "database": {"sql_alchemy_conn": f"postgresql+psycopg2://{metadata}"},
            "api": {
                "host": "127.0.0.1",
                "port": self.port,
                "base_url": self.url,
                "workers": 1,
                "secret_key": secrets.token_hex(32),
            },
            "api_auth": {"jwt_secret": secrets.token_hex(32)},
            "scheduler": {"scheduler_idle_sleep_time": 0.2, "enable_health_check": False},
            "dag_processor": {"min_file_process_interval": 120},
            "logging": {"worker_log_server_port": free_port(), "trigger_log_server_port": free_port()},
            "usage_data_collection": {"enabled": False},
            "mysql_redshift": {"environment": self.environment_name},
        }
        values = {
            f"AIRFLOW__{section}__{name}".upper(): str(value)
            for section, pairs in options.items()
            for name, value in pairs.items()
        }
        connections = {f"AIRFLOW_CONN_{name}".upper(): json.dumps(dict(c)) for name, c in self.connections.items()}
        # redshift_connector has no option for the CA file; this variable is OpenSSL's.
        return {"AIRFLOW_HOME": str(self.home), "SSL_CERT_FILE": str(self.ca_file), **values, **connections}


def mysql_connection(mysql: MySQLStatus, database: str) -> dict[str, object]:
    """Return a connection of type mysql."""
    return {
        "conn_type": "mysql",
        "host": mysql.host,
        "port": mysql.port,
        "login": mysql.user,
        "password": mysql.password,
        "schema": database,
        "extra": {"charset": "utf8mb4"},
    }


def aws_connection(s3: S3Status) -> dict[str, object]:
    """Return a connection of type aws."""
    extra = {"endpoint_url": s3.endpoint, "region_name": s3.region}
    return {"conn_type": "aws", "login": s3.access_key, "password": s3.secret_key, "extra": extra}


def bastion_connection(bastion: BastionStatus) -> dict[str, object]:
    """Return a connection of type ssh that pins the bastion's host key."""
    extra = {
        "private_key": Path(bastion.private_key_file).read_text(),
        "host_key": bastion.host_key,
        "look_for_keys": "false",
        "compress": "false",
    }
    return {"conn_type": "ssh", "host": bastion.host, "port": bastion.port, "login": bastion.user, "extra": extra}


def redshift_connection(redshift: RedshiftStatus, bastion_conn_id: str) -> dict[str, object]:
    """Return a connection of type redshift_ssh; host and port are as seen from the bastion."""
    return {
        "conn_type": "redshift_ssh",
        "host": redshift.host,
        "port": redshift.port,
        "schema": redshift.database,
        "login": redshift.user,
        "password": redshift.password,
        "extra": {"ssh_conn_id": bastion_conn_id, "sslmode": "verify-ca"},
    }
