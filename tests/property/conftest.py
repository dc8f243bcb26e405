"""Histories go the whole way, on real servers."""

from tests.stack.conftest import mysql_database, mysql_server
from tests.way import way

__all__ = ["mysql_database", "mysql_server", "way"]
