"""Benchmarks: ratios within one run, medians of interleaved rounds. Nothing here decides whether a test passes."""
