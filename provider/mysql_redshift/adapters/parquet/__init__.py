"""Write Parquet files that Redshift's COPY can read."""

from mysql_redshift.adapters.parquet.encoder import ParquetEncoder
from mysql_redshift.adapters.parquet.schema import arrow_schema, arrow_type

__all__ = ["ParquetEncoder", "arrow_schema", "arrow_type"]
