"""Provider metadata, read by Airflow through the entry point ``apache_airflow_provider``."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Return what Airflow shows and registers for this package."""
    return {
        "package-name": "airflow-provider-mysql-redshift",
        "name": "MySQL to Redshift",
        "description": "Keeps Redshift tables in step with MySQL tables, with every row accounted for.",
    }
