"""The independent verifier: each server computes counts, keys and checksums of every table.

It imports nothing from the provider, reads MySQL and Redshift directly, and relies on neither log nor ledger.
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
