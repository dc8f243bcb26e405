"""The type contract: how each MySQL column type maps to Parquet and Redshift."""
