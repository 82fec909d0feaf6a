"""A stage's process never outlives the scheduler that started it. Light: every command imports this."""

from __future__ import annotations

import os
import signal
import threading

WATCHED_PIPE = "DRUMBEAT_PARENT_PIPE"
"""Set for children: standard input is a pipe whose end means that the parent is gone."""


def die_with_parent() -> None:
    """In a child of the scheduler: end as soon as the parent's pipe closes."""
    if not os.environ.get(WATCHED_PIPE):
        return

    def watch() -> None:
        # The descriptor, not `sys.stdin`: a thread that holds its lock makes the interpreter abort when the
        # stage is done.
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
