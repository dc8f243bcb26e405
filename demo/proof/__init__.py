"""The independent proof: what is compared, and the report of a run."""
