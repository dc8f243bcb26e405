"""Statements that read the source's clock and the sessions that may write."""

from __future__ import annotations

NOW = "SELECT UTC_TIMESTAMP(6)"
PROCESSES = "SHOW FULL PROCESSLIST"
# trx_started is local time in the server's system zone, so the session uses that zone. In a repeated hour one local
# time means two instants. Zones repeat an hour or half an hour: if the instant that much earlier has the same local
# time, take the earlier one.
EARLIEST = """(UNIX_TIMESTAMP({t}) - CASE
    WHEN FROM_UNIXTIME(UNIX_TIMESTAMP({t}) - 3600) = {t} THEN 3600
    WHEN FROM_UNIXTIME(UNIX_TIMESTAMP({t}) - 1800) = {t} THEN 1800 ELSE 0 END)"""
TRANSACTIONS = f"""
SELECT trx_mysql_thread_id, {EARLIEST.format(t="trx_started")}, trx_rows_modified,
    trx_is_read_only AND NOT trx_autocommit_non_locking
FROM information_schema.INNODB_TRX"""
LOCK = "SELECT GET_LOCK('mysql_redshift.innodb_trx', 10)"
UNLOCK = "SELECT RELEASE_LOCK('mysql_redshift.innodb_trx')"
# A replica lists none of its primary's transactions. Readers on shared storage (Aurora) run no applier but are
# read-only.
READ_ONLY = "SELECT @@global.read_only + @@global.innodb_read_only"
# Level 0 is the statement that the client sent; a stored program's statements are nested in it.
OUTERMOST_SELECTS = """
SELECT t.PROCESSLIST_ID FROM performance_schema.threads t
JOIN performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID
WHERE s.NESTING_EVENT_LEVEL = 0 AND s.END_EVENT_ID IS NULL AND s.EVENT_NAME = 'statement/sql/select'"""
# A SELECT that calls a function locks the tables that the function may write before it begins.
TABLE_LOCKS = """
SELECT DISTINCT t.PROCESSLIST_ID, m.LOCK_TYPE NOT IN ('SHARED', 'SHARED_HIGH_PRIO', 'SHARED_READ', 'SHARED_READ_ONLY')
FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
WHERE m.OBJECT_TYPE = 'TABLE'"""
LOST_LOCKS = "SHOW GLOBAL STATUS LIKE 'Performance_schema_metadata_lock_lost'"
