"""Benchmarks: ratios within one run, medians of interleaved rounds. No test depends on them."""
