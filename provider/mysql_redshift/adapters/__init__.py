"""Implement `mysql_redshift.ports` for MySQL, S3, Parquet and Redshift, without Airflow."""
