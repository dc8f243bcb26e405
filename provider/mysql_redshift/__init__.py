"""Keeps Redshift tables in step with MySQL tables: MySQL -> Parquet on S3 -> Redshift, every row accounted for."""
