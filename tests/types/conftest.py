"""The servers, databases, connections and pipelines of the tests of the adapters and the steps."""

from tests.stack.conftest import mysql_database, mysql_server
from tests.stack.mysql.conftest import address, admin, connect, database, source
from tests.stack.operators.conftest import context
from tests.table_pipeline import pipeline

__all__ = ["address", "admin", "connect", "context", "database", "mysql_database", "mysql_server", "pipeline", "source"]
