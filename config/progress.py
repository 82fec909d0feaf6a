"""How a stage tells how far it is, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of one stage."""

    def start(self, what: str, total: int | None = None) -> None:
        """A piece of work begins; `total` is None where nobody can know."""
        ...

    def step(self, count: int = 1) -> None:
        """`count` more units are done."""
        ...


class NoProgress:
    """Nobody listens."""

    def start(self, what: str, total: int | None = None) -> None:
        pass

    def step(self, count: int = 1) -> None:
        pass
