"""Orders, their items, and payments."""

from __future__ import annotations

from demo.dataset.noise import (
    between,
    binary,
    fraction,
    literal,
    moment,
    money,
    noise,
    one_of,
    sometimes,
    through_the_year,
)
from demo.dataset.schema import Column, Kind, Sizes, Table

TIED_MOMENT = 180 * 86_400  # seconds of the year: a bulk change of status, thousands of rows in one instant
FIRST_PAYMENT = 2**63 - 1_000  # payment ids cross the largest signed integer


def orders(sizes: Sizes) -> Table:
    """The largest table: skewed merchants, a gap of a billion in the keys, thousands of rows with one timestamp."""
    tied_from = sizes.orders // 2
    updated = (
        f"CASE WHEN n > {tied_from} AND n <= {tied_from + sizes.ties} THEN {moment(str(TIED_MOMENT))}"
        f" ELSE {moment(through_the_year('order', sizes.orders), between('order micros', 0, 999_999))} END"
    )
    comment = (
        f"CASE {noise('comment')} MOD 8 WHEN 0 THEN '' WHEN 1 THEN {literal('Bitte klingeln 🔔')}"
        f" WHEN 2 THEN 'NULL' WHEN 3 THEN CONCAT('gift ', n, {literal(' – “fragile”')}) ELSE NULL END"
    )
    columns = (
        Column(name="id", kind=Kind.INTEGER, ddl="INT UNSIGNED NOT NULL AUTO_INCREMENT", value=order_id("n", sizes)),
        Column(name="merchant_id", kind=Kind.INTEGER, ddl="INT UNSIGNED NOT NULL", value=hot_merchant(sizes)),
        Column(
            name="customer_id",
            kind=Kind.INTEGER,
            ddl="BIGINT UNSIGNED NOT NULL",
            value=between("order customer", 1, sizes.customers),
        ),
        Column(
            name="status",
            kind=Kind.TEXT,
            ddl="ENUM('open','paid','shipped','settled','refunded','cancelled') NOT NULL",
            value=one_of("status", "settled", "settled", "settled", "shipped", "paid", "open", "refunded"),
        ),
        Column(
            name="channels",
            kind=Kind.TEXT,
            ddl="SET('web','app','phone','store') NOT NULL",
            value=f"{noise('channels')} MOD 16",
        ),
        Column(
            name="currency",
            kind=Kind.TEXT,
            ddl="CHAR(3) CHARACTER SET ascii NOT NULL",
            value=one_of("currency", "EUR", "EUR", "EUR", "USD", "GBP", "JPY"),
        ),
        Column(name="amount", kind=Kind.DECIMAL, ddl="DECIMAL(18,4) NOT NULL", value=money("amount", 1, 90_000_000)),
        Column(
            name="discount",
            kind=Kind.DECIMAL,
            ddl="DECIMAL(12,2)",
            value=sometimes("discounted", 70, "NULL", f"{between('discount', -500, 5_000)} * 0.01"),
        ),
        Column(name="test", kind=Kind.BIT, ddl="BIT(1) NOT NULL", value=f"{noise('test')} MOD 50 = 0"),
        Column(
            name="flags", kind=Kind.BITS, ddl="BIT(12)", value=sometimes("f", 5, "NULL", f"{noise('flags')} MOD 4096")
        ),
        Column(name="comment", kind=Kind.TEXT, ddl="VARCHAR(255)", value=comment),
        Column(
            name="deliver_on",
            kind=Kind.DATE,
            ddl="DATE",
            value=sometimes("delivery", 25, "NULL", "CAST('2025-01-03' AS DATE) + INTERVAL n MOD 400 DAY"),
        ),
        Column(
            name="placed_at",
            kind=Kind.MOMENT,
            ddl="DATETIME(3) NOT NULL",
            value=moment(f"n * 20000000 DIV {sizes.orders}", f"{between('placed', 0, 999)} * 1000"),
        ),
        Column(
            name="updated_at",
            kind=Kind.MOMENT,
            ddl="DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
            value=updated,
        ),
    )
    return Table(name="orders", columns=columns, key=("id",), cursor="updated_at", rows=sizes.orders)


def order_items(sizes: Sizes) -> Table:
    """An append-only table; its cursor is the id."""
    columns = (
        Column(name="id", kind=Kind.INTEGER, ddl="BIGINT UNSIGNED NOT NULL AUTO_INCREMENT", value="n"),
        Column(
            name="order_id",
            kind=Kind.INTEGER,
            ddl="INT UNSIGNED NOT NULL",
            value=order_id(between("item order", 1, sizes.orders), sizes),
        ),
        Column(
            name="sku",
            kind=Kind.TEXT,
            ddl="VARCHAR(40) CHARACTER SET latin1 NOT NULL",
            value=f"CONCAT({one_of('sku', 'MÜSLI', 'THÉ', 'AÑEJO', 'BOOK')}, '-', {between('sku no', 1, 9_999)})",
        ),
        Column(name="quantity", kind=Kind.INTEGER, ddl="SMALLINT UNSIGNED NOT NULL", value=between("quantity", 1, 12)),
        Column(name="price", kind=Kind.DECIMAL, ddl="DECIMAL(18,4) NOT NULL", value=money("price", 100, 9_000_000)),
        Column(
            name="gift",
            kind=Kind.TEXT,
            ddl="VARCHAR(60)",
            value=f"ELT(1 + {noise('gift')} MOD 8, '', '', {literal('🎁 Für Dich')}, NULL, NULL, NULL, 'nan', ' ')",
        ),
    )
    return Table(name="order_items", columns=columns, key=("id",), cursor="id", rows=sizes.order_items)


def payments(sizes: Sizes) -> Table:
    """Keys above the largest signed integer; amounts, bytes and times of day."""
    columns = (
        Column(
            name="id",
            kind=Kind.INTEGER,
            ddl="BIGINT UNSIGNED NOT NULL",
            value=f"CAST({FIRST_PAYMENT} AS UNSIGNED) + n * 7",
        ),
        Column(
            name="order_id",
            kind=Kind.INTEGER,
            ddl="INT UNSIGNED NOT NULL",
            value=order_id(between("paid order", 1, sizes.orders), sizes),
        ),
        Column(
            name="method",
            kind=Kind.TEXT,
            ddl="ENUM('card','debit','wallet','transfer','überweisung') NOT NULL",
            value=one_of("method", "card", "card", "card", "debit", "wallet", "überweisung"),
        ),
        Column(
            name="amount", kind=Kind.DECIMAL, ddl="DECIMAL(18,4) NOT NULL", value=money("paid", -400_000, 90_000_000)
        ),
        Column(
            name="fee", kind=Kind.FLOATING, ddl="DOUBLE", value=sometimes("free", 9, "NULL", fraction("fee", 9_999, 10))
        ),
        Column(
            name="fingerprint",
            kind=Kind.BYTES,
            ddl="VARBINARY(16)",
            value=f"CASE {noise('fp')} MOD 10 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE {binary('fingerprint', 8)} END",
        ),
        Column(
            name="waited",
            kind=Kind.TIME,
            ddl="TIME(3)",
            value=sometimes("waited", 30, "NULL", f"SEC_TO_TIME({between('wait', -90_000_000, 900_000_000)} * 0.001)"),
        ),
        Column(
            name="captured_at",
            kind=Kind.MOMENT,
            ddl="TIMESTAMP NULL DEFAULT NULL",
            value=sometimes("captured", 15, "NULL", moment(f"n * 25000000 DIV {sizes.payments}")),
        ),
        Column(
            name="updated_at",
            kind=Kind.MOMENT,
            ddl="TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
            value=moment(through_the_year("payment", sizes.payments), between("payment micros", 0, 999_999)),
        ),
    )
    return Table(name="payments", columns=columns, key=("id",), cursor="updated_at", rows=sizes.payments)


def order_id(number: str, sizes: Sizes) -> str:
    """Return the id of the ``number``-th order: dense at first, then a billion higher and every third (a migration)."""
    dense = sizes.orders * 6 // 10
    return f"(CASE WHEN {number} <= {dense} THEN {number} ELSE 1000000000 + 3 * {number} END)"


def hot_merchant(sizes: Sizes) -> str:
    """Return a merchant's id; three merchants have most of the orders."""
    pick = f"{noise('hot')} MOD 100"
    other = between("merchant", 1, sizes.merchants)
    return f"CASE WHEN {pick} < 45 THEN 7 WHEN {pick} < 60 THEN 42 WHEN {pick} < 68 THEN 3 ELSE {other} END"
