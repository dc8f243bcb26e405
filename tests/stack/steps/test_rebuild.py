"""A type change that Redshift cannot apply in place: the run fails, or rebuilds the table without losing anything."""

from __future__ import annotations

import pytest

from mysql_redshift.core import ledger, quoting
from mysql_redshift.core.spec import LayoutRef, OnTypeChange
from mysql_redshift.core.sql import rebuild as rebuild_sql
from mysql_redshift.errors import MysqlRedshiftError, TargetError
from tests.flavors import ON_FIRST
from tests.stack.steps.failure_injection import load_failing_at
from tests.table_pipeline import TablePipeline

pytestmark = ON_FIRST

COLUMN_TYPES = (
    "SELECT column_name, data_type, is_nullable FROM svv_columns WHERE table_schema = '{schema}' "
    "AND table_name = 'orders' ORDER BY ordinal_position"
)
ABOVE_INT = 3_000_000_000  # above the range of INTEGER


@pytest.fixture
def narrow(pipeline: TablePipeline) -> TablePipeline:
    """Load a table whose column ``pieces`` is an INT; ``widen_source`` makes it a BIGINT with a larger value."""
    pipeline.sql("ALTER TABLE orders ADD COLUMN pieces INT")
    pipeline.sql(
        "INSERT INTO orders (updated_at, pieces) VALUES ('2026-01-01', 7), ('2026-01-02', NULL), ('2026-01-03', 9)"
    )
    pipeline.sync()
    return pipeline


def widen_source(pipeline: TablePipeline) -> None:
    pipeline.sql("ALTER TABLE orders MODIFY COLUMN pieces BIGINT")
    pipeline.sql(f"INSERT INTO orders (updated_at, pieces) VALUES (UTC_TIMESTAMP(6), {ABOVE_INT})")
    pipeline.sql("DO SLEEP(0.01)")  # longer than the clock's resolution, so that the safe point is above the row


def column_types(pipeline: TablePipeline) -> dict[str, str]:
    return {
        name: data_type
        for name, data_type, _ in pipeline.target(COLUMN_TYPES.format(schema=pipeline.spec.target.schema))
    }


def test_by_default_a_type_change_fails_the_plan_and_names_both_types(narrow: TablePipeline) -> None:
    """The message also names the setting that permits a rebuild."""
    widen_source(narrow)
    before = narrow.rows()
    with pytest.raises(TargetError, match="rebuild") as caught:
        narrow.plan()
    assert "pieces bigint" in str(caught.value)
    assert "pieces integer" in str(caught.value)
    assert narrow.rows() == before


def test_a_rebuild_keeps_rows_layout_grants_defaults_and_extra_columns(narrow: TablePipeline) -> None:
    """Only the type changes, and the next run succeeds."""
    narrow.target("ALTER TABLE {t} ADD COLUMN remark VARCHAR(20) DEFAULT 'ours'")
    narrow.target("GRANT SELECT ON {t} TO PUBLIC")
    widen_source(narrow)
    narrow.change(on_type_change=OnTypeChange.REBUILD)
    planned = narrow.plan(dry_run=True)
    assert "target column pieces BIGINT is changed by rebuilding the table" in planned.notes
    narrow.sync()
    assert column_types(narrow)["pieces"] == "bigint"
    assert narrow.rows("id, pieces, remark") == [
        (1, 7, "ours"),
        (2, None, "ours"),
        (3, 9, "ours"),
        (4, ABOVE_INT, "ours"),
    ]
    grants = narrow.target(
        "SELECT privilege_type, identity_type FROM svv_relation_privileges WHERE relation_name = 'orders' "
        f"AND namespace_name = '{narrow.spec.target.schema}' AND identity_type = 'public'"
    )
    assert grants == [("SELECT", "public")]
    narrow.sql("INSERT INTO orders (updated_at, pieces) VALUES (UTC_TIMESTAMP(6), 1)")
    narrow.sync()
    assert len(narrow.rows("id")) == 5


def test_a_rebuild_keeps_distribution_and_sort_keys(pipeline: TablePipeline) -> None:
    """The layout of a table that was created by hand is kept."""
    schema = pipeline.spec.target.schema
    pipeline.target(f"CREATE SCHEMA {schema}")
    pipeline.target(
        "CREATE TABLE {t} (id DECIMAL(20,0) NOT NULL ENCODE az64, updated_at TIMESTAMP, amount DECIMAL(12,2), "
        "note SMALLINT, PRIMARY KEY (id)) DISTSTYLE KEY DISTKEY (id) SORTKEY (updated_at, id)"
    )
    pipeline.sql("INSERT INTO orders (updated_at, note) VALUES ('2026-01-01', 'text')")
    pipeline.change(on_type_change=OnTypeChange.REBUILD)
    pipeline.sync()
    pipeline.target(f"SET search_path TO {schema}")
    found = pipeline.target(
        'SELECT "column", type, encoding, distkey, sortkey, "notnull" FROM pg_table_def '
        f"WHERE schemaname = '{schema}' AND tablename = 'orders'"
    )
    assert found == [
        ("id", "numeric(20,0)", "az64", True, 2, True),
        ("updated_at", "timestamp without time zone", "none", False, 1, False),
        ("amount", "numeric(12,2)", "none", False, 0, False),
        ("note", "character varying(200)", "none", False, 0, False),
    ]


def test_a_rebuild_widens_bytes_and_text_keys_and_drops_not_null(pipeline: TablePipeline) -> None:
    """Redshift supports none of these changes in place."""
    schema = pipeline.spec.target.schema
    pipeline.sql("ALTER TABLE orders MODIFY id VARCHAR(10), ADD COLUMN payload VARBINARY(4)")
    pipeline.sql("INSERT INTO orders (id, updated_at, note, payload) VALUES ('a', '2026-01-01', 'text', 0x00FF)")
    pipeline.target(f"CREATE SCHEMA {schema}")
    pipeline.target(
        "CREATE TABLE {t} (id VARCHAR(40) NOT NULL, updated_at TIMESTAMP, amount DECIMAL(12,2), "
        "note VARCHAR(200) NOT NULL, payload VARBYTE(4), PRIMARY KEY (id))"
    )
    pipeline.sync()
    pipeline.change(on_type_change=OnTypeChange.REBUILD)
    pipeline.sql("ALTER TABLE orders MODIFY id VARCHAR(20), MODIFY payload VARBINARY(8)")
    pipeline.sql("INSERT INTO orders (id, updated_at, payload) VALUES ('abcdefghijk', UTC_TIMESTAMP(6), 0x0001020304)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.rows("id, note, TO_HEX(payload)") == [("a", "text", "00ff"), ("abcdefghijk", None, "0001020304")]


def test_a_view_bound_to_the_table_fails_the_plan_of_a_rebuild(narrow: TablePipeline) -> None:
    """It would read the old table; a late-binding view finds the new table by its name and does not matter."""
    schema = narrow.spec.target.schema
    narrow.target(f"CREATE VIEW {schema}.bound AS SELECT id FROM {{t}}")
    narrow.target(f"CREATE VIEW {schema}.late AS SELECT pieces FROM {{t}} WITH NO SCHEMA BINDING")
    widen_source(narrow)
    narrow.change(on_type_change=OnTypeChange.REBUILD)
    with pytest.raises(TargetError, match=f"{schema}.bound") as caught:
        narrow.plan()
    assert "late" not in str(caught.value.found)
    narrow.target(f"DROP VIEW {schema}.bound")
    narrow.extract_and_publish()
    narrow.load()
    assert len(narrow.rows("id")) == 4


def test_a_rebuild_that_would_change_values_fails_the_load(pipeline: TablePipeline) -> None:
    """A decimal that would lose a digit fails the load, and the target is unchanged."""
    pipeline.sql("ALTER TABLE orders ADD COLUMN share DECIMAL(8,4)")
    pipeline.sql("INSERT INTO orders (updated_at, share) VALUES ('2026-01-01', 1.2345), ('2026-01-02', 1.5)")
    pipeline.sync()
    before = pipeline.rows()
    pipeline.sql("ALTER TABLE orders MODIFY COLUMN share DECIMAL(8,2)")
    pipeline.sql("INSERT INTO orders (updated_at, share) VALUES (UTC_TIMESTAMP(6), 2.5)")
    pipeline.change(on_type_change=OnTypeChange.REBUILD)
    pipeline.extract_and_publish(accept_columns=True)
    with pytest.raises(MysqlRedshiftError, match="1 rows whose numeric"):
        pipeline.load()
    assert pipeline.rows() == before


def test_a_text_that_is_not_a_number_fails_the_load_and_changes_nothing(pipeline: TablePipeline) -> None:
    """The error is Redshift's error of the cast; rows, type and table are unchanged."""
    pipeline.sql("INSERT INTO orders (updated_at, note) VALUES ('2026-01-01', 'twelve')")
    pipeline.sync()
    before, oid = pipeline.rows(), pipeline.target("SELECT target_oid FROM " + ledger_of(pipeline))
    pipeline.sql("UPDATE orders SET note = '12', updated_at = UTC_TIMESTAMP(6)")
    pipeline.sql("ALTER TABLE orders MODIFY note INT")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.change(on_type_change=OnTypeChange.REBUILD)
    pipeline.extract_and_publish()
    with pytest.raises(MysqlRedshiftError, match="twelve"):
        pipeline.load()
    assert pipeline.rows() == before
    assert column_types(pipeline)["note"] == "character varying"
    assert pipeline.target("SELECT target_oid FROM " + ledger_of(pipeline)) == oid


@pytest.mark.parametrize("complete", ["replace", "full refresh"])
def test_replaced_rows_need_not_fit_the_new_type(pipeline: TablePipeline, complete: str) -> None:
    """A load that replaces every row copies none into the rebuilt table; grants are kept."""
    pipeline.sql("INSERT INTO orders (updated_at, note) VALUES ('2026-01-01', 'twelve')")
    if complete == "replace":
        pipeline.change(cursor=None)
    pipeline.sync()
    pipeline.target("GRANT SELECT ON {t} TO PUBLIC")
    pipeline.sql("UPDATE orders SET note = '12'")
    pipeline.sql("ALTER TABLE orders MODIFY note INT")
    pipeline.change(on_type_change=OnTypeChange.REBUILD)
    pipeline.sync(**({} if complete == "replace" else {"full_refresh": True}))
    assert column_types(pipeline)["note"] == "integer"
    assert pipeline.rows("note") == [(12,)]
    grants = pipeline.target(
        "SELECT privilege_type FROM svv_relation_privileges WHERE relation_name = 'orders' "
        f"AND namespace_name = '{pipeline.spec.target.schema}' AND identity_type = 'public'"
    )
    assert grants == [("SELECT",)]


def test_a_rebuild_from_an_empty_source_needs_permission(pipeline: TablePipeline) -> None:
    """The check counts the target's rows before the rebuild."""
    pipeline.sql("INSERT INTO orders (updated_at, note) VALUES ('2026-01-01', '12')")
    pipeline.change(cursor=None)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders")
    pipeline.sql("ALTER TABLE orders MODIFY note INT")
    pipeline.change(on_type_change=OnTypeChange.REBUILD)
    with pytest.raises(MysqlRedshiftError, match="allow_empty_replace"):
        pipeline.sync()
    assert pipeline.rows("note") == [("12",)]


def ledger_of(pipeline: TablePipeline) -> str:
    return quoting.redshift_name(pipeline.spec.target.ledger_schema, ledger.table_name(pipeline.spec.target))


def test_a_target_wider_than_the_source_is_not_rebuilt(narrow: TablePipeline) -> None:
    """A source column that becomes narrower needs no change."""
    widen_source(narrow)
    narrow.change(on_type_change=OnTypeChange.REBUILD)
    narrow.sync()
    narrow.sql(f"DELETE FROM orders WHERE pieces = {ABOVE_INT}")
    narrow.sql("ALTER TABLE orders MODIFY COLUMN pieces SMALLINT")
    narrow.sql("INSERT INTO orders (updated_at, pieces) VALUES (UTC_TIMESTAMP(6), 3)")
    narrow.change(on_type_change=OnTypeChange.FAIL)
    narrow.extract_and_publish()
    narrow.load()
    assert column_types(narrow)["pieces"] == "bigint"


def test_entries_from_before_and_after_a_change_load_together(narrow: TablePipeline) -> None:
    """Each entry is staged with its own types, in log order."""
    narrow.sql("INSERT INTO orders (updated_at, pieces) VALUES (UTC_TIMESTAMP(6), 5)")
    narrow.extract_and_publish(mode="backup-only")
    widen_source(narrow)
    narrow.sql("UPDATE orders SET pieces = 6, updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    narrow.change(on_type_change=OnTypeChange.REBUILD)
    narrow.extract_and_publish(mode="backup-only")
    narrow.load()
    assert narrow.rows("id, pieces") == [(1, 6), (2, None), (3, 9), (4, 5), (5, ABOVE_INT)]


def test_a_column_dropped_at_the_source_is_kept_and_reported(narrow: TablePipeline) -> None:
    """Rows loaded afterwards have NULL in it; the plan and the log entry report the dropped column."""
    narrow.sql("ALTER TABLE orders DROP COLUMN pieces, ADD COLUMN parts INT")
    narrow.sql("INSERT INTO orders (updated_at, parts) VALUES (UTC_TIMESTAMP(6), 4)")
    planned = narrow.plan(accept_columns=True)
    assert any("column pieces no longer exists at the source" in note for note in planned.notes)
    assert any("column parts int" in note and "is new" in note for note in planned.notes)
    entry = narrow.publish(planned, narrow.extract(planned))
    assert entry is not None
    assert "column pieces no longer exists" in entry.reason
    narrow.load()
    assert narrow.rows("id, pieces, parts") == [(1, 7, None), (2, None, None), (3, 9, None), (4, None, 4)]


def test_a_rebuild_that_fails_at_any_statement_leaves_the_old_table(
    narrow: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and types are unchanged after each failure, and a retry completes the rebuild."""
    widen_source(narrow)
    narrow.change(on_type_change=OnTypeChange.REBUILD)
    narrow.extract_and_publish()
    before, complete = narrow.rows("id, pieces"), [(1, 7), (2, None), (3, 9), (4, ABOVE_INT)]
    failures = 0
    while load_failing_at(narrow, failures, monkeypatch):
        assert narrow.rows("id, pieces") == before
        assert column_types(narrow)["pieces"] == "integer"
        failures += 1
    assert failures >= 10
    assert narrow.rows("id, pieces") == complete


MANUAL_CHANGES = {
    "another encoding": "ALTER TABLE {t} ALTER COLUMN note ENCODE text255",
    "a default": "CREATE TABLE {t} (id NUMERIC(20, 0), updated_at TIMESTAMP, amount DECIMAL(12, 2), "
    "note VARCHAR(200) DEFAULT '-', PRIMARY KEY (id))",
}


@pytest.mark.parametrize("reason", ["encode: text255", "encode: zstd", *MANUAL_CHANGES])
def test_a_text_column_that_redshift_cannot_widen_is_rebuilt(pipeline: TablePipeline, reason: str) -> None:
    """Without ``on_type_change: rebuild`` the plan fails; other text columns are widened in place."""
    if reason.startswith("encode"):
        pipeline.change(layout=LayoutRef(encode={"note": reason.removeprefix("encode: ")}))
    if reason == "a default":
        pipeline.target(f'CREATE SCHEMA "{pipeline.spec.target.schema}"')
        pipeline.target(MANUAL_CHANGES[reason])
    pipeline.sql("INSERT INTO orders (updated_at, note) VALUES ('2026-01-01', 'a')")
    pipeline.sync()
    if reason == "another encoding":
        pipeline.target(MANUAL_CHANGES[reason])
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(60)")
    pipeline.sql(f"INSERT INTO orders (updated_at, note) VALUES (UTC_TIMESTAMP(6), '{'ä' * 60}')")
    pipeline.sql("DO SLEEP(0.01)")
    if reason != "encode: zstd":
        with pytest.raises(TargetError, match="on_type_change: rebuild"):
            pipeline.plan(dry_run=True)
        pipeline.change(on_type_change=OnTypeChange.REBUILD)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("kind", ["rls", "masking", "column", "datashare"])
def test_a_rebuild_that_would_detach_something_fails_the_plan(narrow: TablePipeline, kind: str) -> None:
    """DROP TABLE detaches policies, column grants and datashare membership in silence; after their removal it runs."""
    widen_source(narrow)
    narrow.change(on_type_change=OnTypeChange.REBUILD)
    schema = narrow.spec.target.schema
    narrow.target(
        "INSERT INTO standin.attachments SELECT c.oid, '" + kind + "', 'some_name' FROM pg_class c "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{schema}' AND c.relname = 'orders'"
    )
    with pytest.raises(TargetError, match="would detach"):
        narrow.plan()
    narrow.target(f"DELETE FROM standin.attachments WHERE name = 'some_name' AND kind = '{kind}'")
    narrow.sync()
    assert column_types(narrow)["pieces"] == "bigint"


def test_a_rebuild_is_refused_if_a_view_cannot_be_read(narrow: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be read may be attached; the message names the view."""
    widen_source(narrow)
    narrow.change(on_type_change=OnTypeChange.REBUILD)
    unreadable = {"svv_unreadable": "SELECT COUNT(*) FROM svv_unreadable"}
    monkeypatch.setattr(rebuild_sql, "select_attachments", lambda _: unreadable)
    with pytest.raises(TargetError, match="svv_unreadable"):
        narrow.plan()


@pytest.mark.parametrize("grantee", ["ds:share", "sys:operator"])
def test_a_rebuild_never_grants_to_datashares_or_system_roles(
    narrow: TablePipeline, monkeypatch: pytest.MonkeyPatch, grantee: str
) -> None:
    """Nothing can be granted to these names, so a table that they may read is not dropped."""
    widen_source(narrow)
    narrow.change(on_type_change=OnTypeChange.REBUILD)
    granted = f"SELECT 'SELECT', 'role', '{grantee}', false"
    monkeypatch.setattr(rebuild_sql, "select_grants", lambda _: granted)
    with pytest.raises(TargetError, match=grantee):
        narrow.plan()
