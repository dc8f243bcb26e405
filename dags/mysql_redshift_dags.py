"""One DAG for each pipeline of the folder ``pipelines``, and one for each of its tables."""

# Airflow looks for DAGs only in files that hold the words "airflow" and "dag".
from pathlib import Path

from mysql_redshift.dag_factory import build_dags

globals().update(build_dags(Path(__file__).parent / "pipelines"))
