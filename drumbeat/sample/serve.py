"""`drumbeat sample serve`: the sample world for a look around in a browser or a crawl of one's own."""

from __future__ import annotations

import sys
from typing import Any

from config.clock import Clock, FixedClock
from drumbeat.sample.generate import load_world
from drumbeat.sample.server import DEFAULT_PORT, SampleServer, base_of
from drumbeat.sample.texts import load_books


def serve_world(*, base_port: int = DEFAULT_PORT, clock: Clock | None = None) -> None:
    """Serve every outlet as it stands at the clock's moment (default: the end of the ten weeks) until
    stopped.

    Raises:
        ConfigError: the port is taken.
    """
    world = load_world()
    moment = clock or FixedClock(world.plan.at(world.plan.days + 1, 6))
    from twisted.internet import reactor as found

    reactor: Any = found  # chosen at import: a module to the type checker, a reactor when it runs

    SampleServer(world, load_books(), moment, port=base_port).start(reactor)
    lines = [
        f"The sample world as of {moment.now():%Y-%m-%d %H:%M} UTC. Everything in it is invented. Stop "
        "with Ctrl-C."
    ]
    lines += [
        f"  {base_of(outlet.id, base_port)}/  {outlet.name} ({outlet.language})"
        for outlet in world.plan.outlet
    ]
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()
    reactor.run()
