"""The way of one batch, step by step.

plan      log head + writer's clock     -> Window [lower, upper) -> Chunks           never touches rows
extract   one Chunk                     -> Parquet parts on S3, counted              rows only stream through
publish   all parts of the run          -> ONE new log entry: the commit of stage one
load      log entries not in the ledger -> COPY, checks, merge + ledger: ONE transaction, the commit of stage two
verify    custody, bounds               -> verified_through moves
"""

from mysql_redshift.steps import watermark
from mysql_redshift.steps.plan import plan

from mysql_redshift.steps.extract import extract  # isort: skip
from mysql_redshift.steps.publish import publish  # isort: skip
from mysql_redshift.steps.load import LoadReport, load  # isort: skip
from mysql_redshift.steps.verify import VerifyReport, verify  # isort: skip

__all__ = ["LoadReport", "VerifyReport", "extract", "load", "plan", "publish", "verify", "watermark"]
