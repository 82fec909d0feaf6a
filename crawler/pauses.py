"""Hosts that are left alone: those that asked for it, and those that timed out again and again.

What is known when a crawl ends is kept, so that the next one does not ask for the host's other pages either.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from config.clock import Clock
from storage.records import HostPause

TIMEOUTS_ALLOWED: Final = 3
"""In a row, before a host is left alone. Chosen, not measured."""
PAUSE_AFTER_TIMEOUTS: Final = timedelta(minutes=30)
"""As long as a page waits for its second attempt (`waiting.next_page_attempt`)."""


class HostPauses:
    """Until when each host is left alone, on the event loop's time.

    Args:
        kept: pauses of earlier crawls.
    """

    def __init__(self, clock: Clock, kept: Iterable[HostPause] = ()) -> None:
        self._clock = clock
        self._kept = {pause.host: pause for pause in kept}
        self._until: dict[str, float] = {}
        self._timeouts: Counter[str] = Counter()
        self._changed: dict[str, HostPause] = {}

    def seconds_left(self, host: str) -> float:
        """How long a host is still to be left alone; 0 or less when it may be asked."""
        now = asyncio.get_running_loop().time()
        if kept := self._kept.pop(host, None):
            left = (kept.until - self._clock.now()).total_seconds()
            self._until[host] = max(self._until.get(host, 0.0), now + left)
        return self._until.get(host, 0.0) - now

    def pause(self, host: str, wait: timedelta, reason: str) -> None:
        """Leave a host alone from now on."""
        self._until[host] = asyncio.get_running_loop().time() + wait.total_seconds()
        self._changed[host] = HostPause(host=host, until=self._clock.now() + wait, reason=reason)

    def answered(self, host: str) -> None:
        """A host has answered, whatever it said."""
        self._timeouts.pop(host, None)

    def timed_out(self, host: str) -> None:
        """A host has not answered in time."""
        self._timeouts[host] += 1
        if self._timeouts[host] >= TIMEOUTS_ALLOWED:
            self.pause(host, PAUSE_AFTER_TIMEOUTS, f"{self._timeouts[host]} time-outs in a row")

    def take_changes(self) -> list[HostPause]:
        """Pauses since the last call, to be kept."""
        changed, self._changed = list(self._changed.values()), {}
        return changed
