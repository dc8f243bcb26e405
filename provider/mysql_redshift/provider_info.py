"""Provider metadata, read by Airflow through the entry point ``apache_airflow_provider``."""

from __future__ import annotations

from typing import Any

PACKAGE = "mysql_redshift"
NAME = "MySQL to Redshift"
REDSHIFT = "https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html"
HOOK = f"{PACKAGE}.hooks.redshift_ssh.RedshiftSSHTunnelHook"


def get_provider_info() -> dict[str, Any]:
    """Return what Airflow shows and registers for this package."""
    return {
        "package-name": "airflow-provider-mysql-redshift",
        "name": NAME,
        "description": "Keeps Redshift tables in step with MySQL tables, with every row accounted for.",
        "integrations": [{"integration-name": NAME, "external-doc-url": REDSHIFT, "tags": ["aws"]}],
        "operators": [_modules("operators", "plan", "extract", "publish", "load", "check")],
        "sensors": [_modules("sensors", "watermark")],
        "triggers": [_modules("triggers", "watermark")],
        "hooks": [_modules("hooks", "redshift_ssh")],
        "connection-types": [_connection_type()],
        "cli": [f"{PACKAGE}.cli.airflow_command.get_mysql_redshift_cli_commands"],
        "config": {"mysql_redshift": _configuration()},
    }


def _modules(kind: str, *names: str) -> dict[str, Any]:
    return {"integration-name": NAME, "python-modules": [f"{PACKAGE}.{kind}.{name}" for name in names]}


def _connection_type() -> dict[str, Any]:
    return {
        "connection-type": "redshift_ssh",
        "hook-class-name": HOOK,
        "hook-name": "Redshift through SSH",
        "ui-field-behaviour": {
            "hidden-fields": [],
            "relabeling": {"schema": "Database", "host": "Host, as the bastion sees it", "login": "User"},
            "placeholders": {"port": "5439"},
        },
        "conn-fields": {
            "ssh_conn_id": {
                "label": "SSH connection of the bastion",
                "description": "The id of an SSH connection that pins the bastion's host key. Empty only where direct.",
                "schema": {"type": ["string", "null"]},
            },
            "sslmode": {
                "label": "TLS",
                "description": "Always checked. verify-ca through a tunnel, since no certificate names the tunnel's "
                "end; verify-full where direct. Empty: as the way is.",
                "schema": {"type": ["string", "null"], "enum": ["verify-ca", "verify-full", None]},
            },
            "direct": {
                "label": "Connect without a tunnel",
                "description": "Only where the worker itself may reach the cluster.",
                "schema": {"type": ["boolean", "null"], "default": False},
            },
            "connect_timeout": {
                "label": "Connect timeout, seconds",
                "description": "For each wait of the login; 30 where empty.",
                "schema": {"type": ["number", "null"], "exclusiveMinimum": 0},
            },
            "statement_timeout": {
                "label": "Statement timeout, seconds",
                "description": "Redshift ends a longer statement; four hours where empty.",
                "schema": {"type": ["number", "null"], "exclusiveMinimum": 0},
            },
        },
    }


def _configuration() -> dict[str, Any]:
    return {
        "description": "Settings of the MySQL to Redshift provider.",
        "options": {
            "environment": {
                "description": "Chooses the YAML overlay and is part of every S3 key, so that two environments share "
                "no state even in one bucket. Set it before the first run: another name begins anew.",
                "version_added": "0.1.0",
                "type": "string",
                "example": "production",
                "default": "default",
            },
            "pipelines_folder": {
                "description": "The folder of the pipelines' YAML; empty: <dags_folder>/pipelines.",
                "version_added": "0.1.0",
                "type": "string",
                "example": "/opt/airflow/pipelines",
                "default": "",
            },
        },
    }
