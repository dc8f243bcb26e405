"""YAML of a valid pipeline, which the tests modify."""

from __future__ import annotations

HEAD = """\
pipeline: settlement
schedule: "@hourly"
source: {conn_id: settlement_mysql, database: settlement}
lake:   {conn_id: aws_default, bucket: acme-lake, prefix: mysql}
target: {conn_id: redshift, schema: settlement, iam_role: "arn:aws:iam::123456789012:role/copy"}
strategy: inter-table
defaults: {cursor: updated_at, lookback: 10m, batch_rows: 131072}
tables:
"""
GOOD = (
    HEAD
    + """\
  orders:      {strategy: intra-table, chunk_rows: 2_000_000, max_chunks: 32}
  order_items: {cursor: id, load: append}
  countries:   {load: replace}
  payments:
"""
)
