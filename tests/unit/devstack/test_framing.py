"""Splitting a byte stream into messages, and encoding messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import Frames, FramingError, rows

KINDS = st.sampled_from([b"Q", b"P", b"B", b"D", b"E", b"S", b"C"])
MESSAGES = st.lists(st.tuples(KINDS, st.binary(max_size=40)), max_size=20)


@given(MESSAGES, st.lists(st.integers(1, 9), min_size=1, max_size=50))
def test_messages_do_not_depend_on_packet_boundaries(sent: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    """Any split of the stream yields the messages that were sent."""
    stream, frames, found = b"".join(m.message(kind, body) for kind, body in sent), Frames(), []
    at, number = 0, 0
    while at < len(stream):
        size = cuts[number % len(cuts)]
        found += frames.feed(stream[at : at + size])
        at, number = at + size, number + 1
    assert [(message.kind, message.body) for message in found] == sent


@given(MESSAGES)
def test_runs_of_rows_contain_the_same_rows(sent: list[tuple[bytes, bytes]]) -> None:
    """Splitting a run returns the rows that were sent."""
    stream = b"".join(m.message(kind, body) for kind, body in sent)
    runs = Frames(runs=True).feed(stream)
    apart = [one for run in runs for one in (rows(run) if run.kind == b"D" else [run])]
    assert [(message.kind, message.body) for message in apart] == sent


@given(st.binary(max_size=200))
def test_invalid_bytes_raise_a_framing_error_or_stay_incomplete(data: bytes) -> None:
    """They raise no other exception and yield no bytes that were not sent."""
    frames = Frames(most_bytes=1000)
    try:
        whole = frames.feed(data)
    except FramingError:
        return
    assert sum(len(message.raw) for message in whole) <= len(data)


def test_an_invalid_length_is_an_error() -> None:
    """A length below its own four bytes or above the maximum is an error immediately."""
    with pytest.raises(FramingError, match="invalid message length 3"):
        Frames().feed(b"Q\0\0\0\3")
    with pytest.raises(FramingError, match="invalid message length 2000"):
        Frames(most_bytes=1000).feed(b"Q\0\0\x07\xd0")


@given(
    st.dictionaries(
        st.sampled_from(["user", "database", "application_name"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    )
)
def test_startup_parameters_round_trip(parameters: dict[str, str]) -> None:
    """Parsing a startup packet returns its parameters."""
    assert m.parse_startup(m.startup(parameters)[8:]) == parameters


@given(st.lists(st.none() | st.binary(max_size=20), max_size=10))
def test_a_row_round_trips(values: list[bytes | None]) -> None:
    """NULL and the empty value differ."""
    assert m.data_row(m.build_data_row(values)[5:]) == values


def test_an_error_round_trips() -> None:
    """Code, message, detail, hint and severity are preserved."""
    error = m.ServerError(code="XX000", message="m", detail="d", hint="h", severity="FATAL")
    read = m.ServerError.decode(error.encode()[5:])
    assert (read.code, read.message, read.detail, read.hint, read.severity) == ("XX000", "m", "d", "h", "FATAL")
