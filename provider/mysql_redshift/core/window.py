"""A half-open interval of the cursor: ``[lower, upper)``. See DESIGN.md, rule 1."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Window:
    """Rows with ``lower <= cursor < upper``; ``lower`` None reaches down to the oldest row.

    A lower position with a key leaves out the rows at its value up to and including that key.
    """

    kind: PositionKind
    lower: Position | None
    upper: int

    def __post_init__(self) -> None:
        if self.lower is not None and self.lower.kind is not self.kind:
            raise ConfigurationError(
                "A window's bounds are of one kind", expected=self.kind.value, found=self.lower.kind.value
            )

    @property
    def empty(self) -> bool:
        """Whether no cursor value can lie inside."""
        return self.lower is not None and self.upper <= self.lower.value

    @property
    def upper_position(self) -> Position:
        """The position after every row of this window is done."""
        return Position(kind=self.kind, value=self.upper)

    def __str__(self) -> str:
        return f"[{self.lower if self.lower is not None else 'oldest'}, {self.upper_position})"


def next_window(position: Position | None, upper: Position, *, lookback: int = 0) -> Window:
    """Return the window that goes on from ``position``: never backwards, re-reading ``lookback`` of the cursor's unit.

    A lookback drops the key of the position: what lies below is read again anyway.
    """
    if position is None:
        return Window(kind=upper.kind, lower=None, upper=upper.value)
    top = max(upper.value, position.value)
    lower = Position(kind=position.kind, value=position.value - lookback) if lookback else position
    return Window(kind=upper.kind, lower=lower, upper=top)
