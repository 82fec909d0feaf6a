"""What is connected with what (union-find; Tarjan 1975). No business logic."""

from __future__ import annotations

from collections.abc import Iterable


class Components:
    """Sets of keys that links connect; a set is named after its smallest key, whatever the order of links."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._leader: dict[str, str] = {}
        for left, right in pairs:
            self.join(left, right)

    def name_of(self, key: str) -> str:
        """The smallest key of the set; a key that was never joined is a set of its own."""
        path = []
        while (leader := self._leader.get(key, key)) != key:
            path.append(key)
            key = leader
        self._leader.update(dict.fromkeys(path, key))
        return key

    def join(self, left: str, right: str) -> None:
        """Make one set of the two keys' sets."""
        one, other = self.name_of(left), self.name_of(right)
        self._leader[max(one, other)] = min(one, other)

    def are_one(self, left: str, right: str) -> bool:
        """Whether the two keys are in one set."""
        return self.name_of(left) == self.name_of(right)
