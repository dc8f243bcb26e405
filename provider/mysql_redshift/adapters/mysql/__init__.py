"""Implement the port ``Source`` for MySQL and MariaDB."""

from mysql_redshift.adapters.mysql.connection import MySQLAddress
from mysql_redshift.adapters.mysql.source import MySQLSource

__all__ = ["MySQLAddress", "MySQLSource"]
