"""How systems that do this job lost data, each with what is promised instead. Every row has a test and a naive variant.

L: rows lost. D: rows doubled or stale. S: false success, and being stuck.
"""

PROMISES = {
    "D01": "The ledger is written in the transaction that moves the rows.",
    "D02": "An updated row replaces the one in the target.",
    "D03": "Of two versions of a row the one of the later snapshot wins, in a replay as well.",
    "D04": "A failure writes its status and its error, never a position.",
    "D05": "After a reset everything is read again, and nothing is doubled.",
    "D06": "Two pipelines of one table share nothing.",
    "D07": "Of two runs that publish at once one wins, and the other is told who.",
    "L01": "No file overwrites another: keys are unique per run, chunk, part and attempt.",
    "L02": "The watermark moves to the last row that was read, not to the end of the window.",
    "L03": "The position moves once, after every chunk of the run was read and counted.",
    "L04": "Rows that tie on the boundary of a limited run are neither lost nor read twice.",
    "L05": "A row that is committed late, with an older timestamp, is still read.",
    "L05a": "A statement that waits with its clock already frozen holds the window back.",
    "L05b": "Ids that are committed out of order are all read.",
    "L06": "The position never passes rows that the read did not see.",
    "L07": "Rows without a cursor value are found, counted and named, or loaded as declared.",
    "L08": "A state that cannot be read fails the run: nothing is assumed in its place.",
    "L09": "A listing is read to its end, however many pages it has.",
    "L10": "A table whose name begins like another's has state and files of its own.",
    "L12": "A target is never emptied by a source that happens to be empty.",
    "L13": "Chunks follow the keys as they are, and cover every row exactly once.",
    "L14": "Rows are counted at the source, in the footers and in the log before anything is published.",
    "L15": "A cursor is compared with values of its own kind only.",
    "L16": "Texts that look like nothing stay texts, and NULL stays NULL.",
    "S01": "An error while listing is an error, never an empty list.",
    "S02": "No statement waits for ever.",
    "S03": "A lock that a dead attempt left behind does not stop its successor.",
    "S04": "A transaction that another one overtook is tried again.",
    "S05": "An exit code says what happened.",
    "S06": "A broken file breaks its own DAG, and shows there.",
    "S07": "Rows stream: the server is still sending while the first batch is being used.",
    "S08": "Every number arrives with every digit.",
    "S09": "No secret is in what is shown.",
    "S10": "A run that extracts nothing still loads what is pending.",
    "S11": "A transaction that holds the window back for too long fails the run by name.",
    "S12": "A target that was dropped and made again is not the one that was loaded.",
}
# Proved where their machinery is.
ELSEWHERE = {
    "L05c": "tests/stack/mysql/test_replica.py: a replica hides the writer's transactions",
    "L11": "no command deletes files yet; its promise comes with the first that does",
}
