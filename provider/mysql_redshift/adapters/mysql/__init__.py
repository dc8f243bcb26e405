"""MySQL and MariaDB as a Source."""

from mysql_redshift.adapters.mysql.connection import MySQLAddress
from mysql_redshift.adapters.mysql.source import MySQLSource

__all__ = ["MySQLAddress", "MySQLSource"]
