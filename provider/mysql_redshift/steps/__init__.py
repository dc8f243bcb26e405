"""The steps of one batch, one module each; the packages beside them hold what a step works with.

plan        log head + writer's clock      -> Window [lower, upper) -> Chunks; no row is read
extract     one Chunk                      -> Parquet parts on S3, counted
publish     all parts of the run           -> ONE new log entry: the commit of stage one
load        log entries not in the ledger  -> COPY, checks, merge + ledger in ONE transaction: the commit of stage two
verify      custody, window, bounds, keys  -> ``verified_through`` moves
reconcile   keys deleted at the source     -> a log entry with a key file; its load deletes the rows from the target
adopt       a target with another OID      -> a log entry, if counts and keys agree; the load accepts the table
watermark   manual changes of the position -> a log entry each
"""
