"""How other replication tools lost data, and what this package promises instead. Each has a test and a naive variant.

L: lost rows. D: duplicate or stale rows. S: false success, or a run that never finishes.
"""

PROMISES = {
    "D01": "The ledger is written in the transaction that loads the rows.",
    "D02": "An updated row replaces its older version in the target.",
    "D03": "Of two versions of a row, the one of the later snapshot wins, also in a replay.",
    "D04": "A failure writes its status and its error, never a position.",
    "D05": "After a reset all rows are read again, without duplicates.",
    "D06": "Two pipelines of one table share neither state nor files.",
    "D07": "If two runs publish at the same time, one wins, and the other fails with an error that names the winner.",
    "L01": "No file overwrites another: object keys are unique per run, chunk, part and attempt.",
    "L02": "The watermark moves to the last row that was read, not to the end of the window.",
    "L03": "The position moves once, after every chunk of the run was read and counted.",
    "L04": "Rows with equal cursors at the boundary of a limited run are neither lost nor read twice.",
    "L05": "A row that is committed late, with an older timestamp, is still read.",
    "L05a": "A blocked statement whose NOW() is already fixed holds the window back.",
    "L05b": "Ids that are committed out of order are all read.",
    "L06": "The position never passes rows that the read did not see.",
    "L07": "Rows without a cursor value are found, counted and reported, or loaded as declared.",
    "L08": "A run whose state cannot be read fails; no default replaces the state.",
    "L09": "A listing is read to its end, however many pages it has.",
    "L10": "Tables whose names share a prefix have separate state and separate files.",
    "L12": "An empty source does not empty the target without explicit permission.",
    "L13": "Chunk boundaries follow the distribution of the keys, and the chunks cover every row exactly once.",
    "L14": "Rows are counted at the source, in the Parquet footers and in the log before anything is published.",
    "L15": "A cursor is compared only with values of its own kind.",
    "L16": "Texts that look like NULL stay texts, and NULL stays NULL.",
    "L18": "A transaction that also runs a statement is still open.",
    "L19": "An append after a full read replaces what the full read saw above its position.",
    "L20": "A limited append replaces only the rows that it read again.",
    "L21": "Rows are compared with the last key as they are sorted.",
    "L22": "Ids that are used again after a failover are read again, or the run fails with a way out.",
    "L23": "A zero date is a value, not a NULL.",
    "S01": "A listing that fails raises an error; it is never an empty list.",
    "S02": "No statement waits forever: each has a timeout.",
    "S03": "A lock left behind by a dead attempt does not block its successor.",
    "S04": "A load that fails with a serialization error is retried.",
    "S05": "The exit code of a command reports what happened.",
    "S06": "A broken file breaks only its own DAG, and that DAG shows the error.",
    "S07": "Rows are streamed: the server is still sending while the first batch is processed.",
    "S08": "Every number arrives with all its digits.",
    "S09": "Logs, errors and reprs contain no secret.",
    "S10": "A run that extracts nothing still loads the pending entries.",
    "S11": "A transaction that holds the window back for too long fails the run, and the error names it.",
    "S12": "A target that was dropped and recreated is not mistaken for the one that was loaded.",
}
# Tested elsewhere, or not implemented yet.
ELSEWHERE = {
    "L05c": "tests/stack/mysql/test_replica.py: a replica does not show the open transactions of its writer",
    "L11": "no command deletes files yet; the test comes with the first that does",
}
