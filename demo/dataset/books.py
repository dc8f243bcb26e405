"""The ledger, the event log, and the lines of each merchant's daily settlement."""

from __future__ import annotations

from demo.dataset.noise import between, literal, moment, money, noise, one_of, sometimes, through_the_year
from demo.dataset.schema import Column, Kind, Sizes, Table
from demo.dataset.trade import hot_merchant

LINES_A_DAY = 850
MONTH_END = 211 * 86_400 + 79_200  # seconds of the year


def ledger_entries(sizes: Sizes) -> Table:
    """Decimals of up to 38 digits; the entries of one month's end share a timestamp."""
    updated = (
        f"CASE WHEN n <= {sizes.ties} THEN {moment(str(MONTH_END))}"
        f" ELSE {moment(through_the_year('entry', sizes.ledger_entries), between('entry micros', 0, 999_999))} END"
    )
    columns = (
        Column(name="id", kind=Kind.INTEGER, ddl="BIGINT UNSIGNED NOT NULL AUTO_INCREMENT", value="n"),
        Column(
            name="account",
            kind=Kind.TEXT,
            ddl="VARCHAR(34) CHARACTER SET ascii NOT NULL",
            value=f"CONCAT('DE', LPAD({hot_merchant(sizes)}, 20, '0'))",
        ),
        Column(
            name="side",
            kind=Kind.TEXT,
            ddl="ENUM('debit','credit') NOT NULL",
            value="ELT(1 + n MOD 2, 'debit', 'credit')",
        ),
        Column(
            name="amount", kind=Kind.DECIMAL, ddl="DECIMAL(18,4) NOT NULL", value=money("entry", -9_000_000, 9_000_000)
        ),
        Column(
            name="balance",
            kind=Kind.DECIMAL,
            ddl="DECIMAL(38,10)",
            value=sometimes(
                "balance", 20, "NULL", f"{between('units', -900_000_000, 900_000_000)} * 10000000000000.0000000001"
            ),
        ),
        Column(
            name="booked_on",
            kind=Kind.DATE,
            ddl="DATE NOT NULL",
            value="CAST('2025-01-01' AS DATE) + INTERVAL n MOD 365 DAY",
        ),
        Column(
            name="memo",
            kind=Kind.TEXT,
            ddl="VARCHAR(140)",
            value=f"ELT(1 + {noise('memo')} MOD 5, '', NULL, {literal('Gebühr §3')}, {literal('手数料')}, ' padded')",
        ),
        Column(
            name="updated_at",
            kind=Kind.MOMENT,
            ddl="DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
            value=updated,
        ),
    )
    return Table(name="ledger_entries", columns=columns, key=("id",), cursor="updated_at", rows=sizes.ledger_entries)


def event_log(sizes: Sizes) -> Table:
    """An append-only table; its cursor is the integer key."""
    payload = f"""CASE WHEN n MOD 6 = 0 THEN NULL ELSE CONCAT('{{"ok": ', ELT(1 + n MOD 2, 'true', 'false'),
        ', "ref": ', n, ', "text": "', {one_of("event text", "", "done", "größer 🙂", "null")}, '"}}') END"""
    columns = (
        Column(name="id", kind=Kind.INTEGER, ddl="INT NOT NULL AUTO_INCREMENT", value="n"),
        Column(
            name="actor_id",
            kind=Kind.INTEGER,
            ddl="BIGINT UNSIGNED",
            value=sometimes("actor", 10, "NULL", between("actor id", 1, sizes.customers)),
        ),
        Column(
            name="topic",
            kind=Kind.TEXT,
            ddl="VARCHAR(60) CHARACTER SET ascii NOT NULL",
            value=one_of("topic", "order.placed", "order.paid", "login", "login", "login", "payout.sent"),
        ),
        Column(name="payload", kind=Kind.JSON, ddl="JSON", value=payload),
        Column(
            name="happened_at",
            kind=Kind.MOMENT,
            ddl="DATETIME(3) NOT NULL",
            value=moment(through_the_year("event", sizes.event_log), f"{between('event ms', 0, 999)} * 1000"),
        ),
    )
    return Table(name="event_log", columns=columns, key=("id",), cursor="id", rows=sizes.event_log)


def settlement_lines(sizes: Sizes) -> Table:
    """A table with a key of three columns and a cursor with a resolution of one second."""
    rows = sizes.settlement_days * LINES_A_DAY
    columns = (
        Column(
            name="merchant_id",
            kind=Kind.INTEGER,
            ddl="INT UNSIGNED NOT NULL",
            value=f"1 + (n - 1) MOD {LINES_A_DAY} DIV 17",
        ),
        Column(
            name="day",
            kind=Kind.DATE,
            ddl="DATE NOT NULL",
            value=f"CAST('2025-09-01' AS DATE) + INTERVAL (n - 1) DIV {LINES_A_DAY} DAY",
        ),
        Column(name="line", kind=Kind.INTEGER, ddl="SMALLINT UNSIGNED NOT NULL", value="1 + (n - 1) MOD 17"),
        Column(name="gross", kind=Kind.DECIMAL, ddl="DECIMAL(18,4) NOT NULL", value=money("gross", 0, 90_000_000)),
        Column(
            name="fee", kind=Kind.DECIMAL, ddl="DECIMAL(18,4)", value=sometimes("nf", 5, "NULL", money("f", 0, 9_000))
        ),
        Column(
            name="state",
            kind=Kind.TEXT,
            ddl="ENUM('pending','sent','confirmed') NOT NULL",
            value=one_of("line state", "confirmed", "confirmed", "sent", "pending"),
        ),
        Column(
            name="updated_at",
            kind=Kind.MOMENT,
            ddl="TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
            value=moment(through_the_year("line", rows)),
        ),
    )
    key = ("merchant_id", "day", "line")
    return Table(name="settlement_lines", columns=columns, key=key, cursor="updated_at", rows=rows)
