"""The independent verification of a run: the comparison and the report."""
