"""Keep Redshift tables in sync with MySQL tables: MySQL -> Parquet on S3 -> Redshift, every row accounted for."""

# A literal: DAG files import this package on every parse, and importlib.metadata searches the installation each time.
__version__ = "0.1.0"
