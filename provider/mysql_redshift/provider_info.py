"""Provider metadata, read by Airflow through the entry point ``apache_airflow_provider``."""

from __future__ import annotations

from typing import Any

PACKAGE = "mysql_redshift"
HOOK = f"{PACKAGE}.hooks.redshift_ssh.RedshiftSSHTunnelHook"


def get_provider_info() -> dict[str, Any]:
    """Return what Airflow shows and registers for this package."""
    return {
        "package-name": "airflow-provider-mysql-redshift",
        "name": "MySQL to Redshift",
        "description": "Keeps Redshift tables in step with MySQL tables, with every row accounted for.",
        "connection-types": [_connection_type()],
        "cli": [f"{PACKAGE}.cli.definition.get_mysql_redshift_cli_commands"],
        "config": {"mysql_redshift": _configuration()},
    }


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
                "description": "The id of an SSH connection that pins the bastion's host key.",
                "schema": {"type": ["string", "null"]},
            },
            "sslmode": {
                "label": "TLS",
                "description": "verify-ca (the default: no certificate names a tunnel's end) or verify-full.",
                "schema": {"type": ["string", "null"], "enum": ["verify-ca", "verify-full", None]},
            },
            "direct": {
                "label": "Connect without a tunnel",
                "schema": {"type": ["boolean", "null"], "default": False},
            },
            "connect_timeout": {"label": "Connect timeout, seconds", "schema": {"type": ["number", "null"]}},
            "statement_timeout": {"label": "Statement timeout, seconds", "schema": {"type": ["number", "null"]}},
        },
    }


def _configuration() -> dict[str, Any]:
    return {
        "description": "Settings of the MySQL to Redshift provider.",
        "options": {
            "environment": {
                "description": "The environment: chooses the YAML overlay and is part of every S3 key.",
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
