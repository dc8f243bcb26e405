"""Start Airflow with its connections in the environment: the keys exist only once the secrets are created."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

SECRETS = Path("/secrets")


def connections() -> dict[str, dict[str, object]]:
    """Return the connections that dags/pipelines/settlement.yaml names."""
    algorithm, key = (SECRETS / "bastion/host_key.pub").read_text().split()[:2]
    return {
        "settlement_mysql": {"conn_type": "mysql", "host": "mysql", "login": "root", "password": "demo"},
        "aws_default": {
            "conn_type": "aws",
            "login": "test",
            "password": "test-secret",
            "extra": {"endpoint_url": "http://s3:4566", "region_name": "us-east-1"},
        },
        "bastion": {
            "conn_type": "ssh",
            "host": "bastion",
            "login": "tunnel",
            "extra": {
                "private_key": (SECRETS / "bastion/client_key").read_text(),
                "host_key": f"{algorithm} {key}",
                "look_for_keys": "false",
                "compress": "false",
            },
        },
        "redshift": {
            "conn_type": "redshift_ssh",
            "host": "redshift",
            "port": 5439,
            "schema": "dev",
            "login": "awsuser",
            "password": (SECRETS / "redshift/password").read_text(),
            "extra": {"ssh_conn_id": "bastion"},
        },
    }


if __name__ == "__main__":
    found = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in connections().items()}
    os.execvpe("airflow", ["airflow", *sys.argv[1:]], {**os.environ, **found})
