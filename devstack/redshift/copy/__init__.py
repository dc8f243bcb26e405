"""COPY from Parquet on S3: the statement, the files, the checks, the rows."""
