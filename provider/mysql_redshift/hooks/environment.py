"""Read the environment, which selects the YAML overlay and is part of the S3 prefix."""

from __future__ import annotations


def environment() -> str:
    """Return the option ``[mysql_redshift] environment`` of Airflow's configuration."""
    from airflow.configuration import conf

    return str(conf.get("mysql_redshift", "environment", fallback="default"))
