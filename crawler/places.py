"""Who is served next, and how much is under way: fair between outlets, bounded by memory and not by number.

    outlet asks --> its host is free and rested --> a place, the least served first --> request --> weight

A place is held while an answer comes in. Whoever only waits - for its host's delay, for a server that does
not answer - holds none, so that tarpits stop nobody. What is bounded is the memory of the answers under way.
"""

from __future__ import annotations

import asyncio
import heapq
import resource
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Final

PATIENCE_SECONDS: Final = 0.25
"""A request that has not ended after so long gives its place to others, and goes on without one. Chosen, not
measured."""
MOST_BYTES: Final = 96 * 1024 * 1024
"""Of answers under way together: nearly twice the largest document that is taken. Chosen, not measured."""
FULL_BYTES: Final = MOST_BYTES // 3
"""From so much on no further request begins. Chosen, not measured."""
BYTES_OF_A_REQUEST: Final = 100_000
"""Bytes that weigh as much as a request: the usual page. Chosen, not measured."""
WEIGHT_OF_A_FAILURE: Final = 10.0
"""Requests that one without a usable answer weighs. Chosen, not measured."""


def most_in_flight() -> int:
    """Requests that may be under way at once: half of the files that this process may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8_192 if hard == resource.RLIM_INFINITY else min(8_192, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted, soft) // 2


class Traffic:
    """The bytes of answers under way."""

    def __init__(self) -> None:
        self.bytes = 0
        self.when_less: Callable[[], None] = lambda: None

    @property
    def is_full(self) -> bool:
        """Whether nothing further should begin."""
        return self.bytes >= FULL_BYTES

    @property
    def is_over_full(self) -> bool:
        """Whether what comes in must be given up."""
        return self.bytes >= MOST_BYTES

    def add(self, received: int) -> None:
        """Some bytes more."""
        self.bytes += received

    def release(self, received: int) -> None:
        """An answer is whole, or given up."""
        self.bytes -= received
        self.when_less()


class Places:
    """Gives out a number of places, the outlet that was served least first.

    Args:
        most: places at the same time.
    """

    def __init__(self, most: int, traffic: Traffic) -> None:
        self._free = most
        self._traffic = traffic
        traffic.when_less = self._give
        self._in_flight = 0
        self._most_in_flight = most_in_flight()
        self._rank: dict[str, int] = {}
        self._weights: defaultdict[str, float] = defaultdict(float)
        self._waiting: list[tuple[float, int, int, asyncio.Future[None]]] = []
        self._number = count()

    def rank(self, outlets: Mapping[str, float]) -> None:
        """State the order of outlets that were served equally, and what weighs on each from before."""
        self._rank = {outlet: position for position, outlet in enumerate(outlets)}
        self._weights.update(outlets)

    def weigh(self, outlet: str, weight: float) -> None:
        """Add to what an outlet was served."""
        self._weights[outlet] += weight

    @asynccontextmanager
    async def taken(self, outlet: str) -> AsyncIterator[None]:
        """Wait for a place, and hold it until something is served, or for as long as patience lasts."""
        await self._turn(outlet)
        place = _Place(self)
        timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, place.give_back)
        try:
            yield
        finally:
            timer.cancel()
            self._in_flight -= 1
            place.give_back()
            self._give()

    def free(self) -> None:
        """A place is held no more."""
        self._free += 1
        self._give()

    async def _turn(self, outlet: str) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        rank = self._rank.get(outlet, len(self._rank))
        heapq.heappush(self._waiting, (self._weights[outlet], rank, next(self._number), turn))
        self._give()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # given and called off at the same moment
                self._free += 1
                self._in_flight -= 1
                self._give()
            raise

    def _give(self) -> None:
        while self._waiting and self._free > 0 and self._has_room():
            turn = heapq.heappop(self._waiting)[-1]
            if not turn.done():
                self._free -= 1
                self._in_flight += 1
                turn.set_result(None)

    def _has_room(self) -> bool:
        return self._in_flight < self._most_in_flight and not self._traffic.is_full


class _Place:
    """One place, given back once."""

    def __init__(self, places: Places) -> None:
        self._places: Places | None = places

    def give_back(self) -> None:
        """Let somebody else have it."""
        places, self._places = self._places, None
        if places is not None:
            places.free()


class HostQueues:
    """One request at a time to a host, whoever asks, each once the host has rested.

    Args:
        seconds_to_rest: how long a host must be left alone from now on.
    """

    def __init__(self, seconds_to_rest: Callable[[str], float]) -> None:
        self._seconds_to_rest = seconds_to_rest
        self._queues: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until it is our turn."""
        async with self._queues[host]:
            while (seconds := self._seconds_to_rest(host)) > 0:
                await asyncio.sleep(seconds)
            yield
