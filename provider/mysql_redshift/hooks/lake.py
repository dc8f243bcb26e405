"""Make the store of the lake's bucket from an AWS connection of Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mysql_redshift.adapters.s3 import S3Store
    from mysql_redshift.core.spec import LakeRef

ATTEMPTS = 5
CONNECT_SECONDS = 10
READ_SECONDS = 60


def lake_store(lake: LakeRef) -> S3Store:
    """Return the bucket's store, with limited timeouts and retries; the connection's ``config_kwargs`` override them.

    Raises:
        ConfigurationError: the connection does not exist.

    """
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
    from botocore.config import Config

    from mysql_redshift.adapters.s3 import S3Store
    from mysql_redshift.hooks.connections import find_connection

    find_connection(lake.conn_id, setting="lake.conn_id")
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    override = AwsBaseHook(aws_conn_id=lake.conn_id, client_type="s3").conn_config.botocore_config
    config = config.merge(override) if override is not None else config
    client = AwsBaseHook(aws_conn_id=lake.conn_id, client_type="s3", config=config).get_conn()
    return S3Store(client, lake.bucket, sse=lake.sse, kms_key=lake.kms_key)
