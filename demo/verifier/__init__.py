"""The independent verifier: counts, keys and checksums of every table, computed by each server itself.

It imports nothing of the provider, reads MySQL and Redshift directly, and trusts neither log nor ledger.
"""

from demo.verifier.facts import ColumnFacts, Comparison, TableFacts
from demo.verifier.source import SourceReader, source_reader
from demo.verifier.target import TargetReader, target_reader
from demo.verifier.verify import verify

__all__ = [
    "ColumnFacts",
    "Comparison",
    "SourceReader",
    "TableFacts",
    "TargetReader",
    "source_reader",
    "target_reader",
    "verify",
]
