"""Loads all that a worker loads, and opens nothing: attempts are forked from a process that has done this."""

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
    "tests.faults.look",
):
    import_module(name)

from mysql_redshift.core.spec import LakeRef
from mysql_redshift.hooks.lake import lake_store
from mysql_redshift.hooks.mysql_source import mysql_address

# What these read, botocore's models and Airflow's providers, stays in memory.
login = {"login": "warm-user", "password": "warm-password", "host": "warm-host"}
os.environ["AIRFLOW_CONN_WARM_MYSQL"] = json.dumps({"conn_type": "mysql", **login})
os.environ["AIRFLOW_CONN_WARM_AWS"] = json.dumps({"conn_type": "aws", **login})
mysql_address("warm_mysql")
lake_store(LakeRef(conn_id="warm_aws", bucket="warm"))


gc.collect()
gc.freeze()  # what is loaded is not looked at again in every fork
