"""Looks up Airflow connections: an error says which setting named them, and their secrets are masked in logs."""

from __future__ import annotations

from typing import Any

from mysql_redshift.errors import ConfigurationError


def find_connection(conn_id: str, *, what: str) -> Any:
    """Return a connection; raises ConfigurationError where Airflow does not know it."""
    # Airflow moved this exception between versions: the compat module finds it.
    from airflow.providers.common.compat.sdk import AirflowNotFoundException
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowRuntimeError

    try:
        connection = BaseHook.get_connection(conn_id)
    except (AirflowNotFoundException, AirflowRuntimeError) as exc:
        raise ConfigurationError(
            "Airflow knows no such connection",
            where=what,
            expected="the id of a connection",
            found=conn_id,
            remedy=f"Create it (airflow connections add {conn_id} ...), or correct {what} in the pipeline's YAML.",
        ) from exc
    _mask(connection)
    return connection


def _mask(connection: Any) -> None:
    """Connections from the environment or a secrets backend are not masked by Airflow in every process."""
    from airflow.sdk.log import mask_secret

    if connection.password:
        mask_secret(connection.password)
    extra = connection.extra_dejson
    if extra:
        mask_secret(extra)  # of a mapping, what Airflow takes for a secret by its name
    for name in ("private_key", "private_key_passphrase", "aws_secret_access_key", "aws_session_token"):
        if extra.get(name):
            mask_secret(str(extra[name]))
