"""The type contract: what each MySQL column becomes in Parquet and in Redshift."""
