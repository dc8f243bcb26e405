"""A separate Airflow for the demo: settings, processes and a client."""

from demo.airflow.rest import AirflowClient, DagRun, TaskInstance
from demo.airflow.service import Access, running
from demo.airflow.settings import Settings

__all__ = ["Access", "AirflowClient", "DagRun", "Settings", "TaskInstance", "running"]
