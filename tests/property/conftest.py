"""Random histories run on real servers."""

from tests.stack.conftest import mysql_database, mysql_server
from tests.table_pipeline import pipeline

__all__ = ["mysql_database", "mysql_server", "pipeline"]
