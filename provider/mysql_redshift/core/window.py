"""A half-open interval of the cursor: ``[lower, upper)``."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Window:
    """Rows with ``lower <= cursor < upper``; ``lower`` None means from the oldest row on.

    If the lower position has a key, the rows at its value up to and including that key are excluded.
    """

    kind: PositionKind
    lower: Position | None
    upper: int

    def __post_init__(self) -> None:
        if self.lower is not None and self.lower.kind is not self.kind:
            raise ConfigurationError(
                "A window's limits must be of one kind", expected=self.kind.value, found=self.lower.kind.value
            )

    @property
    def empty(self) -> bool:
        """Whether the window cannot contain a cursor value."""
        return self.lower is not None and self.upper <= self.lower.value

    @property
    def upper_position(self) -> Position:
        """The position after every row of this window is processed."""
        return Position(kind=self.kind, value=self.upper)

    def __str__(self) -> str:
        return f"[{self.lower if self.lower is not None else 'oldest'}, {self.upper_position})"
