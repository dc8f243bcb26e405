"""One DAG for each table and one for each pipeline of the folder ``pipelines``."""

from pathlib import Path

from mysql_redshift.dag_factory import build_dags

globals().update(build_dags(Path(__file__).parent / "pipelines"))
