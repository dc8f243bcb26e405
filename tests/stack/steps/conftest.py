"""The pipeline steps are tested on real servers only."""

from tests.table_pipeline import pipeline

__all__ = ["pipeline"]
