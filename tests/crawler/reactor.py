"""One reactor for all tests of a process, in a thread of its own: a reactor cannot be started twice.

After `ensure_reactor()` the blocking doors (`run_crawl`, `inspect`, `discover`, `check_sources`) use that
one.
"""

from __future__ import annotations

import threading
from functools import lru_cache


@lru_cache(maxsize=1)
def ensure_reactor() -> None:
    """Install the asyncio reactor and run it in a daemon thread, once per process."""
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from crawler.running import the_reactor

    reactor = the_reactor()
    started = threading.Event()
    reactor.callWhenRunning(started.set)
    threading.Thread(
        target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True, name="reactor"
    ).start()
    assert started.wait(10)
