"""`drumbeat sample serve`: the sample world for a look around in a browser or a crawl of one's own."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from config.clock import FixedClock
from config.errors import ConfigError
from drumbeat.sample.generate import load_world
from drumbeat.sample.server import DEFAULT_PORT, SampleServer, base_of
from drumbeat.sample.texts import load_books


def serve_world(*, base_port: int = DEFAULT_PORT, as_of: str | None = None) -> None:
    """Serve every outlet as it stands at `as_of` (ISO 8601 with a zone; default: the end of the ten weeks) until stopped.

    Raises:
        ConfigError: `as_of` is no moment, or the port is taken.
    """
    world = load_world()
    try:
        clock = FixedClock(datetime.fromisoformat(as_of) if as_of else world.plan.at(world.plan.days + 1, 6))
    except ValueError as error:
        raise ConfigError(f"--as-of {as_of!r}: {error}; expected ISO 8601 with a zone, e.g. 2026-03-02T08:00:00Z") from None
    from twisted.internet import reactor as found

    reactor: Any = found  # chosen at import: a module to the type checker, a reactor when it runs

    SampleServer(world, load_books(), clock, port=base_port).start(reactor)
    lines = [f"The sample world as of {clock.now():%Y-%m-%d %H:%M} UTC. Everything in it is invented. Stop with Ctrl-C."]
    lines += [f"  {base_of(outlet.id, base_port)}/  {outlet.name} ({outlet.language})" for outlet in world.plan.outlet]
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()
    reactor.run()
