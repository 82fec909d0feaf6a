"""Coroutines in Twisted's reactor, and a reactor for those who have none."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

T = TypeVar("T")

_ASYNCIO_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


def the_reactor() -> Any:
    """The process's reactor; imported late, because importing it installs one."""
    from twisted.internet import reactor

    return reactor


def start_in_reactor(work: Coroutine[Any, Any, T]) -> Deferred[T]:
    """Start a coroutine inside the running reactor.

    The reactor will not shut down before the work has ended, which it is then told to.
    """
    from twisted.internet.defer import Deferred

    reactor = the_reactor()
    task = asyncio.ensure_future(work)
    stopping = False

    def stop() -> Deferred[None]:
        nonlocal stopping
        stopping = True
        over: Deferred[None] = Deferred()
        task.add_done_callback(lambda _: over.callback(None))
        task.cancel()
        return over

    trigger = reactor.addSystemEventTrigger("before", "shutdown", stop)

    def forget(_: object) -> None:
        # A trigger that is being fired removes itself.
        if not stopping:
            reactor.removeSystemEventTrigger(trigger)

    task.add_done_callback(forget)
    return Deferred.fromFuture(task)


def run_in_reactor(begin: Callable[[], Deferred[T]]) -> T:
    """Start the reactor, wait for what `begin` starts, stop the reactor.

    Where a reactor runs already in another thread, that one is used and goes on running. A process can start
    its reactor only once.

    Raises:
        SystemExit: a signal stopped the reactor before the end.
        Exception: whatever the work raised.
    """
    from scrapy.utils.reactor import install_reactor, is_reactor_installed
    from twisted.internet.threads import blockingCallFromThread

    if not is_reactor_installed():
        install_reactor(_ASYNCIO_REACTOR)
    reactor = the_reactor()
    if reactor.running:
        ask: Any = blockingCallFromThread
        result: T = ask(reactor, begin)
        return result
    return _run_once(reactor, begin)


def _run_once(reactor: Any, begin: Callable[[], Deferred[T]]) -> T:
    from twisted.internet.error import ReactorNotRunning
    from twisted.python.failure import Failure

    results: list[T | Failure] = []
    by_signal = False

    def main() -> None:
        begin().addBoth(results.append).addBoth(finish)

    def finish(_: object) -> None:
        nonlocal by_signal
        try:
            reactor.stop()
        except ReactorNotRunning:
            # Somebody else stops it: the handler of SIGTERM or SIGINT.
            by_signal = True

    reactor.callWhenRunning(main)
    reactor.run(installSignalHandlers=threading.current_thread() is threading.main_thread())
    if by_signal or not results:
        raise SystemExit(128 + signal.SIGTERM)
    result = results[0]
    if isinstance(result, Failure):
        result.raiseException()
    return result
