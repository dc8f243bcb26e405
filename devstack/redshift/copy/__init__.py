"""COPY from Parquet on S3: statement, files, checks and rows."""
