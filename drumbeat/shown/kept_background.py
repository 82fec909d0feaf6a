"""What every narrative's page is measured against, as the stage `overview` leaves it: a page of a narrative
that it did not write would read tens of thousands of rows for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from storage.store import Store

if TYPE_CHECKING:  # numpy and scipy come with it
    from analysis.digest.background import Background

VIEW: Final = "background"


class KeptBackground:
    """The background that a process read last: the same for every narrative until the next counting run.
    Threads may share it: at worst two read it.
    """

    def __init__(self) -> None:
        self._last: tuple[object, Background | None] = (None, None)

    def of(self, store: Store, made_by: Mapping[str, Any], end: date) -> Background | None:
        """What was written of a period that ends before `end`, with these marks; None where that is not
        there.
        """
        asked, (known, found) = (made_by, end), self._last
        if known != asked or found is None:
            found = written_background(store, made_by, end)
            self._last = (asked, found)
        return found


def written_background(store: Store, made_by: Mapping[str, Any], end: date) -> Background | None:
    """As `KeptBackground.of`, read anew."""
    from analysis.digest.background import Background

    view: dict[str, Any] | None = store.views.get(VIEW)
    if view is None or not made_by.items() <= view.items():
        return None
    found = Background.from_plain(view)
    return found if found.tables.days[-1] == end - timedelta(days=1) else None
