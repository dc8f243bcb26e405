"""A log entry continues from the log head."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core.accounted import CursorRange
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import PositionKind
from mysql_redshift.core.window import Window
from tests.fakes.specs import at, entry, schema, spec

OWN = {"kind": EntryKind.RESET, "run_key": "r", "created_at": "now", "spec": spec()}
READ = CursorRange(lower=None, upper=at(3))


def test_the_first_entry_has_sequence_one_and_no_position() -> None:
    """Nothing is done before it."""
    first = LogEntry.after(None, **OWN)
    assert (first.sequence, first.position_from, first.position_to) == (1, None, None)


def test_an_entry_inherits_position_schema_and_server() -> None:
    """A manual entry keeps everything that later runs compare with."""
    head = entry(4, server_uuid="u", schema=schema("id", "a"), files=(), accounted=(READ,))
    following = LogEntry.after(head, **OWN)
    assert (following.sequence, following.position_from, following.position_to) == (5, at(40), at(40))
    assert (following.schema, following.server_uuid) == (head.schema, "u")
    assert (following.files, following.accounted) == ((), (READ,))


def test_rows_read_by_another_cursor_or_key_are_not_accounted_for() -> None:
    """A position means nothing to another cursor, and its key nothing to another key."""
    cursor = Cursor(column="updated_at", kind=CursorKind.DATETIME)
    keyed = CursorRange(lower=at(1, ("7",)), upper=at(3, ("8",)))
    read = entry(1, cursor=cursor, accounted=(keyed,), schema=schema("id"))
    assert read.accounted_by(cursor, schema("id")) == (keyed,)
    assert read.accounted_by(replace(cursor, column="UPDATED_AT", resolution=1000)) == (keyed,)
    assert read.accounted_by(replace(cursor, zone="Europe/Berlin")) == ()
    assert read.accounted_by(None) == ()
    assert read.accounted_by(cursor, schema("nr", key=("nr",))) == (CursorRange(lower=at(2), upper=at(3)),)


def test_fields_of_its_own_override_what_is_inherited() -> None:
    """A reset clears the position."""
    assert LogEntry.after(entry(4), **OWN, position_to=None).position_to is None


def test_an_entry_has_read_up_to_its_window_or_its_last_row() -> None:
    """A full read has no upper bound; a limited one may have read only some of the rows at its last value."""
    window = Window(kind=PositionKind.TIME, lower=None, upper=99)
    limited = entry(1, window=window, last_read=at(50, key=("7",)))
    assert entry(1, window=window).read_up_to == 99
    assert (limited.read_up_to, limited.window_read) == (51, Window(kind=PositionKind.TIME, lower=None, upper=50))
    assert entry(1, full=True, position_to=at(70)).read_up_to is None


def test_an_entry_without_files_has_work_only_if_it_is_full() -> None:
    """A full read without rows may empty the target; other entries without files change nothing."""
    assert not entry(1, files=()).has_work
    assert entry(1, files=(), full=True).has_work
    assert entry(1).has_work
