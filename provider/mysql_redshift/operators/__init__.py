"""Operators. Each builds clients and calls one step."""

from mysql_redshift.operators.check import RowCountCheckOperator
from mysql_redshift.operators.extract import MySQLToS3ParquetOperator
from mysql_redshift.operators.load import S3ParquetToRedshiftOperator
from mysql_redshift.operators.plan import WindowPlanOperator
from mysql_redshift.operators.publish import LogPublishOperator

__all__ = [
    "LogPublishOperator",
    "MySQLToS3ParquetOperator",
    "RowCountCheckOperator",
    "S3ParquetToRedshiftOperator",
    "WindowPlanOperator",
]
