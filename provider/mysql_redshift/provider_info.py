"""Provider metadata for Airflow (entry point ``apache_airflow_provider``)."""

from __future__ import annotations

from typing import Any

PACKAGE = "mysql_redshift"
NAME = "MySQL to Redshift"
REDSHIFT = "https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html"
HOOK = f"{PACKAGE}.hooks.redshift_ssh.RedshiftSSHTunnelHook"


def get_provider_info() -> dict[str, Any]:
    """Return the metadata that Airflow displays and registers for this package."""
    return {
        "package-name": "airflow-provider-mysql-redshift",
        "name": NAME,
        "description": "Keeps Redshift tables in sync with MySQL tables, with every row accounted for.",
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
            "relabeling": {"schema": "Database", "host": "Host, as seen from the bastion", "login": "User"},
            "placeholders": {"port": "5439"},
        },
        "conn-fields": {
            "ssh_conn_id": {
                "label": "Bastion's SSH connection",
                "description": "Id of an SSH connection that pins the bastion's host key. Leave it empty only for a "
                "direct connection.",
                "schema": {"type": ["string", "null"]},
            },
            "sslmode": {
                "label": "TLS",
                "description": "Certificate verification, which cannot be disabled. Default: verify-ca through a "
                "tunnel (no certificate contains the name of the tunnel's local end), verify-full for a direct "
                "connection.",
                "schema": {"type": ["string", "null"], "enum": ["verify-ca", "verify-full", None]},
            },
            "direct": {
                "label": "Connect without a tunnel",
                "description": "Enable it only if the worker can reach the cluster directly.",
                "schema": {"type": ["boolean", "null"], "default": False},
            },
            "connect_timeout": {
                "label": "Connect timeout (seconds)",
                "description": "Limits each wait during the login. Default: 30.",
                "schema": {"type": ["number", "null"], "exclusiveMinimum": 0},
            },
            "statement_timeout": {
                "label": "Statement timeout (seconds)",
                "description": "Redshift cancels statements that run longer. Default: 14400 (four hours).",
                "schema": {"type": ["number", "null"], "exclusiveMinimum": 0},
            },
            "query_group": {
                "label": "WLM query group",
                "description": "Query group of every session. Default: the group that the user has by ALTER USER, else "
                "a label.",
                "schema": {"type": ["string", "null"]},
            },
        },
    }


def _configuration() -> dict[str, Any]:
    return {
        "description": "Settings of the MySQL to Redshift provider.",
        "options": {
            "environment": {
                "description": "Selects the YAML overlay and is part of every S3 key, so that environments share no "
                "state even in the same bucket. Set it before the first run: a changed name starts with empty state.",
                "version_added": "0.1.0",
                "type": "string",
                "example": "production",
                "default": "default",
            },
            "pipelines_folder": {
                "description": "Folder of the pipelines' YAML files. Default: <dags_folder>/pipelines.",
                "version_added": "0.1.0",
                "type": "string",
                "example": "/opt/airflow/pipelines",
                "default": "",
            },
        },
    }
