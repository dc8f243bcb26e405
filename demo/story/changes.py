"""Changes that applications make between two runs: inserts, updates, and transactions that commit late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from demo.dataset import DATABASE, Sizes, Table
from devstack.status import MySQLStatus

BASE_END = "2026-01-01"  # every timestamp of the base data is earlier
LATE_BY = timedelta(seconds=2)  # the late row's distance below the first run's watermark; the lookback is longer

ORDER = "merchant_id, customer_id, status, channels, currency, amount, test, flags, comment, placed_at"
ORDER_VALUES = "7, 1 + {n}, 'open', 'app', 'EUR', 12.3400 + {n}, 0, {n}, '{comment}', NOW(3)"


@contextmanager
def application(address: MySQLStatus) -> Iterator[Connection[Cursor]]:
    """Open a session as an application does, in UTC. Uncommitted changes are rolled back when it is closed."""
    connection: Connection[Cursor] = pymysql.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        database=DATABASE,
        charset="utf8mb4",
        init_command="SET SESSION time_zone = '+00:00'",
    )
    with connection:
        # As many applications do: a statement then waits only for rows that it changes itself.
        _run(connection, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield connection


def begin_late(connection: Connection[Cursor]) -> None:
    """Begin a transaction that takes its ids and timestamps now; the caller commits it after all others."""
    connection.begin()
    _run(connection, *(_new_order(number, "late: begun first, committed last") for number in range(3)))
    _run(
        connection,
        "INSERT INTO event_log (topic, happened_at) VALUES ('late.begun', NOW(3)), ('late.done', NOW(3))",
        "INSERT INTO order_items (order_id, sku, quantity, price) VALUES (1, 'LATE', 1, 0.0001)",
    )


def change(connection: Connection[Cursor], sizes: Sizes, watermark: datetime) -> None:
    """Insert and update rows, committing after each step. ``watermark`` is that of ``orders`` after the first run."""
    for step in (_trade, _updates, _closing):
        step(connection, sizes)
        connection.commit()
    stamped = (watermark - LATE_BY).strftime("%Y-%m-%d %H:%M:%S.%f")
    # A slow application: the timestamp is below the first run's watermark, the row is written only now.
    _run(connection, _new_order(9, "late: stamped long before it was written", f"'{stamped}'"))
    connection.commit()


def changed_rows(connection: Connection[Cursor], tables: tuple[Table, ...]) -> dict[str, int]:
    """Return the number of rows per table that an incremental run must load, counted at the source."""
    with connection.cursor() as cursor:
        return {table.name: _changed(cursor, table) for table in tables}


def _changed(cursor: Cursor, table: Table) -> int:
    if table.cursor is None:
        condition = "TRUE"  # every run replaces the whole table
    elif table.cursor in table.key:
        condition = f"{table.cursor} > {table.rows}"  # ids of the base data count from 1
    else:
        condition = f"{table.cursor} >= '{BASE_END}'"
    cursor.execute(f"SELECT COUNT(*) FROM {table.name} WHERE {condition}")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _trade(connection: Connection[Cursor], sizes: Sizes) -> None:
    """Insert new customers, orders, items, payments and events."""
    orders = max(20, sizes.orders // 200)
    _run(
        connection,
        f"""INSERT INTO customers (full_name, email, note, country, newsletter, created_at)
            SELECT CONCAT('Neu ', id, ' 🎉'), NULLIF(CONCAT('neu', id, '@a.example'), 'neu3@a.example'), '', 'DE', 1,
                   NOW() FROM customers WHERE id <= {orders // 4}""",
        f"""INSERT INTO orders (merchant_id, customer_id, status, channels, currency, amount, test, placed_at)
            SELECT merchant_id, customer_id, 'open', 'web', currency, amount + 0.0001, 0, NOW(3)
            FROM orders WHERE id <= {orders}""",
        f"""INSERT INTO order_items (order_id, sku, quantity, price, gift)
            SELECT order_id, 'NEU', quantity, price, '' FROM order_items WHERE id <= {orders * 2}""",
        f"""INSERT INTO payments (id, order_id, method, amount, fee)
            SELECT id + 14000000, order_id, 'wallet', amount, 0.5 FROM payments ORDER BY id LIMIT {orders}""",
        f"""INSERT INTO event_log (actor_id, topic, payload, happened_at)
            SELECT id, 'order.placed', CONCAT('{{"ok": true, "ref": ', id, '}}'), NOW(3)
            FROM orders WHERE id <= {orders}""",
    )


def _updates(connection: Connection[Cursor], sizes: Sizes) -> None:
    """Update existing rows; a bulk update gives thousands of rows the same timestamp."""
    _run(
        connection,
        f"UPDATE orders SET status = 'settled', discount = NULL WHERE id <= {sizes.ties}",
        "UPDATE orders SET comment = CASE WHEN comment = '' THEN NULL ELSE '' END WHERE id MOD 101 = 0",
        "UPDATE customers SET email = CASE WHEN email IS NULL THEN '' WHEN email = '' THEN NULL ELSE email END,"
        " full_name = CONCAT('🙂 ', LEFT(full_name, 60)) WHERE id MOD 37 = 0",
        "UPDATE payments SET amount = -amount, fingerprint = x'00ff00' WHERE id MOD 89 = 0",
        "UPDATE ledger_entries SET memo = 'corrected ✓', balance = -balance WHERE id MOD 53 = 0",
        """UPDATE merchants SET settings = '{"fast": true, "limits": {"day": 1}, "webhook": "new"}' WHERE id <= 20""",
        "UPDATE countries SET vat_rate = vat_rate + 0.50 WHERE code IN ('DE', 'FR')",
    )


def _closing(connection: Connection[Cursor], sizes: Sizes) -> None:
    """Insert and confirm settlement lines, whose key has three columns."""
    del sizes
    _run(
        connection,
        """INSERT INTO settlement_lines (merchant_id, day, line, gross, fee, state)
           SELECT merchant_id, day - INTERVAL 1 YEAR, line, gross, NULL, 'pending'
           FROM settlement_lines WHERE line = 1 AND day = '2025-09-01'""",
        "UPDATE settlement_lines SET state = 'confirmed', fee = 0 WHERE day = '2025-09-02' AND merchant_id <= 30",
    )


def _new_order(number: int, comment: str, stamp: str = "NOW(6)") -> str:
    values = ORDER_VALUES.format(n=number, comment=comment)
    return f"INSERT INTO orders ({ORDER}, updated_at) VALUES ({values}, {stamp})"


def _run(connection: Connection[Cursor], *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
