"""What Redshift's statements and functions do with the values and tables of a load."""

from __future__ import annotations

from collections.abc import Callable

from mysql_redshift.cluster_check.assumption import Assumption
from mysql_redshift.cluster_check.scratch import Scratch, answer, column, outcome
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.core.sql import rebuild as rebuild_sql
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.types import shapes
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.ports import WarehouseSession

DIGITS = "[18446744073709551616,12345678901234567890.123]"


def selected(sql: str) -> Callable[[Scratch], str]:
    """Return a question: what does this query return."""

    def ask(scratch: Scratch) -> str:
        with scratch.session() as session:
            return answer(session, f"SELECT {sql}")

    return ask


def refused(sql: str, *, unlike: str) -> Callable[[Scratch], str]:
    """Return a question: is this statement refused, while ``unlike`` is accepted."""

    def ask(scratch: Scratch) -> str:
        with scratch.session() as session:
            session.query(unlike)
            return outcome(session, sql)

    return ask


def _made(scratch: Scratch, session: WarehouseSession, definition: str, values: str = "") -> TargetRef:
    ref = scratch.new_table()
    session.execute(f"CREATE TABLE {target_sql.table(ref)} ({definition})")
    if values:
        session.execute(f"INSERT INTO {target_sql.table(ref)} VALUES {values}")
    session.commit()
    return ref


def _distinct(scratch: Scratch) -> str:
    schema = TableSchema(columns=(column("k", shapes.BIGINT),), key=("k",))
    with scratch.session() as session:
        ref = _made(scratch, session, "k BIGINT NOT NULL, PRIMARY KEY (k)", "(1), (1), (2)")
        return answer(session, target_sql.count_keys(ref, schema))


def _counts(scratch: Scratch) -> str:
    with scratch.session() as session:
        table = target_sql.table(_made(scratch, session, "k BIGINT, v BIGINT", "(1, 0), (2, 0), (3, 0)"))
        updated = session.execute(f"UPDATE {table} SET v = 1 WHERE k > 1")
        inserted = session.execute(f"INSERT INTO {table} SELECT k + 10, v FROM {table}")
        return f"{updated} updated, {inserted} inserted, {session.execute(f'DELETE FROM {table}')} deleted"


def _large_document(scratch: Scratch) -> str:
    columns = [column("v", shapes.varbyte(shapes.LARGE_DOCUMENT))]
    document = b"[" + b",".join([b'"' + b"x" * 60_000 + b'"'] * 16) + b"]"
    manifest = scratch.upload(columns, [[[document]]])
    with scratch.session() as session:
        table, _ = scratch.copy(session, columns, manifest)
        return answer(session, f"SELECT JSON_TYPEOF(JSON_PARSE(v)) FROM {table}")


def _widened(scratch: Scratch) -> str:
    with scratch.session() as session:
        ref = _made(scratch, session, "v VARCHAR(10)")
        inside = outcome(session, target_sql.widen_column(ref, column("v", shapes.varchar(20))))
        session.rollback()
        try:
            session.alone(target_sql.widen_column(ref, column("v", shapes.varchar(20))))
        except MysqlRedshiftError:
            return f"inside a transaction {inside}, alone refused"
        return f"inside a transaction {inside}, alone accepted"


def _described(scratch: Scratch) -> str:
    with scratch.session() as session:
        ref = _made(scratch, session, "k BIGINT NOT NULL, v VARCHAR(10)")
        table = session.describe(ref.schema, ref.table)
        return "no table" if table is None else ", ".join(f"{c.name} {c.type}" for c in table.columns)


def _granted(scratch: Scratch) -> str:
    with scratch.session() as session:
        ref = _made(scratch, session, "k BIGINT")
        session.execute(f"GRANT SELECT ON {target_sql.table(ref)} TO PUBLIC")
        session.commit()
        rows = session.query(rebuild_sql.select_grants(ref))
        return (
            "visible" if any(str(row[2]).lower() == "public" for row in rows) else f"{len(rows)} grants, not this one"
        )


def _swapped(scratch: Scratch) -> str:
    with scratch.session() as session:
        old = _made(scratch, session, "k BIGINT", "(1)")
        new = _made(scratch, session, "k BIGINT", "(2), (3)")
        session.execute(rebuild_sql.drop(old))
        session.execute(rebuild_sql.rename(new, old))
        session.commit()
        return answer(session, target_sql.count(old)) + " rows"


STATEMENTS = (
    Assumption(
        name="distinct keys are counted although a false primary key is declared",
        expected="2",
        consequence="the check for duplicate rows finds none: report it",
        ask=_distinct,
    ),
    Assumption(
        name="trailing blanks are ignored in comparisons, and a mark tells them apart",
        expected="yes, no",
        consequence="keys that differ in trailing blanks: if 'no, no', the mark is not needed; else report it",
        ask=selected(
            "CASE WHEN 'a'::VARCHAR(5) = 'a '::VARCHAR(5) THEN 'yes' ELSE 'no' END, "
            "CASE WHEN ('a'::VARCHAR(5) || '|') = ('a '::VARCHAR(5) || '|') THEN 'yes' ELSE 'no' END"
        ),
    ),
    Assumption(
        name="statements report how many rows they changed",
        expected="2 updated, 3 inserted, 6 deleted",
        consequence="every load fails, because the counts differ: report it",
        ask=_counts,
    ),
    Assumption(
        name="JSON_PARSE keeps the digits of large numbers",
        expected=DIGITS,
        consequence="numbers in JSON documents lose digits: set policies: {json: varchar} where they matter",
        ask=selected(f"JSON_SERIALIZE(JSON_PARSE('{DIGITS}'))"),
    ),
    Assumption(
        name="JSON_PARSE refuses two members of one name",
        expected="refused",
        consequence="none: such documents are refused or changed before they are written",
        ask=refused("""SELECT JSON_PARSE('{"a": 1, "a": 2}')""", unlike="""SELECT JSON_PARSE('{"a": 1, "b": 2}')"""),
    ),
    Assumption(
        name="JSON_PARSE reads a document of almost 1 MB from VARBYTE",
        expected="array",
        consequence="json_too_long: super_large does not work: use null",
        ask=_large_document,
    ),
    Assumption(
        name="a VARCHAR is widened outside of a transaction only",
        expected="inside a transaction refused, alone accepted",
        consequence="wider texts do not load until the target is widened by hand",
        ask=_widened,
    ),
    Assumption(
        name="the catalogue describes the target to its owner",
        expected="k bigint, v character varying(10)",
        consequence="no table can be planned or loaded: report it",
        ask=_described,
    ),
    Assumption(
        name="a table's owner sees its grants",
        expected="visible",
        consequence="on_type_change: rebuild loses grants: do not use it",
        ask=_granted,
    ),
    Assumption(
        name="DROP and RENAME take effect in one transaction",
        expected="2 rows",
        consequence="on_type_change: rebuild does not work: do not use it",
        ask=_swapped,
    ),
)
