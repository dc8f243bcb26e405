"""Look up Airflow connections and mask their secrets in logs."""

from __future__ import annotations

from typing import Any

from mysql_redshift.errors import ConfigurationError


def find_connection(conn_id: str, *, setting: str) -> Any:
    """Return an Airflow connection, with its secrets masked in logs; ``setting`` names the key that holds the id.

    Raises:
        ConfigurationError: Airflow has no connection with this id.

    """
    # Airflow moved this exception between versions; the compat module finds it.
    from airflow.providers.common.compat.sdk import AirflowNotFoundException
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowRuntimeError

    try:
        connection = BaseHook.get_connection(conn_id)
    except (AirflowNotFoundException, AirflowRuntimeError) as exc:
        raise ConfigurationError(
            "The connection does not exist in Airflow",
            where=setting,
            expected="the id of an Airflow connection",
            found=conn_id,
            remedy=f"Create it (airflow connections add {conn_id} ...), or correct {setting} in the pipeline's YAML.",
        ) from exc
    _mask(connection)
    return connection


def _mask(connection: Any) -> None:
    """Mask the secrets: not every Airflow process masks connections from the environment or a secrets backend."""
    from airflow.sdk.log import mask_secret

    if connection.password:
        mask_secret(connection.password)
    extra = connection.extra_dejson
    if extra:
        mask_secret(extra)  # masks the values whose keys Airflow considers sensitive
    for name in ("private_key", "private_key_passphrase", "aws_secret_access_key", "aws_session_token"):
        if extra.get(name):
            mask_secret(str(extra[name]))
