"""Import everything that a worker imports, without opening a connection; workers are forked from this process."""

import gc
import json
import os
from importlib import import_module

for name in (
    "airflow.providers.amazon.aws.hooks.base_aws",
    "airflow.providers.ssh.hooks.ssh",
    "boto3",
    "mysql_redshift.adapters.mysql.source",
    "mysql_redshift.adapters.parquet",
    "mysql_redshift.adapters.redshift.warehouse",
    "mysql_redshift.hooks.clients",
    "mysql_redshift.hooks.mysql_source",
    "mysql_redshift.hooks.redshift_ssh",
    "mysql_redshift.hooks.tunnel",
    "tests.faults.attempt",
    "tests.faults.observed_state",
):
    import_module(name)

from mysql_redshift.core.spec import LakeRef
from mysql_redshift.hooks.lake import lake_store
from mysql_redshift.hooks.mysql_source import mysql_address

# These calls load botocore's models and Airflow's providers into memory.
login = {"login": "preload-user", "password": "preload-password", "host": "preload-host"}
os.environ["AIRFLOW_CONN_PRELOAD_MYSQL"] = json.dumps({"conn_type": "mysql", **login})
os.environ["AIRFLOW_CONN_PRELOAD_AWS"] = json.dumps({"conn_type": "aws", **login})
mysql_address("preload_mysql")
lake_store(LakeRef(conn_id="preload_aws", bucket="preload"))


gc.collect()
gc.freeze()  # so that no fork scans the loaded objects again
