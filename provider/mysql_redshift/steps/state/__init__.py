"""The state of one table: the log on S3, the ledger in Redshift and the watermark cache."""
