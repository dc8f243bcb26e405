"""The demo's scenario: load the data set, change it, and verify after each run of the pipeline."""
