"""Looks up Airflow connections, with an error that says which YAML key named them."""

from __future__ import annotations

from typing import Any

from mysql_redshift.errors import ConfigurationError


def find_connection(conn_id: str, *, what: str) -> Any:
    """Return a connection; raises ConfigurationError where Airflow does not know it."""
    from airflow.sdk import BaseHook  # noqa: PLC0415
    from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError  # noqa: PLC0415

    try:
        return BaseHook.get_connection(conn_id)
    except (AirflowNotFoundException, AirflowRuntimeError) as exc:
        raise ConfigurationError(
            "Airflow knows no such connection",
            where=what,
            expected="the id of a connection",
            found=conn_id,
            remedy=f"Create it (airflow connections add {conn_id} ...), or correct {what} in the pipeline's YAML.",
        ) from exc
