"""The same servers, databases and connections as the tests of the MySQL adapter."""

from tests.stack.conftest import mysql_server
from tests.stack.mysql.conftest import address, admin, connect, database, source

__all__ = ["address", "admin", "connect", "database", "mysql_server", "source"]
