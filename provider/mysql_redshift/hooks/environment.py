"""The environment: which YAML overlay holds, and under which part of the S3 prefix state is kept."""

from __future__ import annotations


def environment() -> str:
    """Return ``[mysql_redshift] environment`` of Airflow's configuration."""
    from airflow.configuration import conf

    return str(conf.get("mysql_redshift", "environment", fallback="default"))
