"""Serves the sample world on this machine, one site per host name: http://OUTLET.localhost:PORT/. Nothing but
HTTP in here.

Names under `localhost` lead to this machine by RFC 6761; the crawler and browsers know that without asking a
name server.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from config.clock import Clock
from config.errors import ConfigError
from drumbeat.sample.pieces import World
from drumbeat.sample.site import Answer, Site
from drumbeat.sample.texts import Book

DEFAULT_PORT = 18750


class PortTaken(ConfigError):
    """The port of the sample world is in use by another program."""


def base_of(outlet_id: str, port: int) -> str:
    """Address of an outlet's site, without a slash at the end."""
    return f"http://{outlet_id}.localhost:{port}"


def host_answer(
    sites: Mapping[str, Site], host: str, path: str, headers: Mapping[str, str], clock: Clock
) -> Answer:
    """The answer of the site that the Host header names; an index of the world for any other name of this
    machine.
    """
    outlet = host.partition(":")[0].removesuffix(".localhost")
    if outlet in sites:
        return sites[outlet].answer(path, headers, clock.now())
    rows = "".join(
        f'<li><a href="{escape(site.base)}/">{escape(site.outlet.name)}</a></li>' for site in sites.values()
    )
    note = "Sample world of Drumbeat. Every outlet here, its country and everything it reports are invented."
    head = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Sample world</title>'
    body = f"{head}<h1>{note}</h1><ul>{rows}</ul></html>"
    return Answer(status=200, body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


class SampleServer:
    """All outlets behind one port of 127.0.0.1, as the virtual clock has it. Needs a Twisted reactor;
    `start`, then `stop`.
    """

    def __init__(
        self, world: World, books: Mapping[str, Book], clock: Clock, *, port: int = DEFAULT_PORT
    ) -> None:
        self.port = port
        self._clock = clock
        self._sites = {
            outlet.id: Site(world, books[outlet.language], outlet, base_of(outlet.id, port))
            for outlet in world.plan.outlet
        }
        self._listening: Any = None

    def start(self, reactor: Any) -> None:
        """Listen.

        Raises:
            PortTaken: another program has the port.
        """
        from twisted.internet.error import CannotListenError
        from twisted.web.server import Site as WebSite

        resource = _resource(self._sites, self._clock)
        site = WebSite(resource)  # type: ignore[no-untyped-call]  # Twisted is partly typed
        try:
            self._listening = reactor.listenTCP(self.port, site, interface="127.0.0.1")
        except CannotListenError as error:
            raise PortTaken(
                f"port {self.port} of 127.0.0.1 cannot be used for the sample world ({error.socketError}); "
                "free it, or name another with --port"
            ) from None

    def stop(self) -> Any:
        """Stop listening; the Deferred fires when the port is free again."""
        return self._listening.stopListening()


def _resource(sites: Mapping[str, Site], clock: Clock) -> Any:
    from twisted.web.resource import Resource

    class Front(Resource):
        """Every address of every outlet."""

        isLeaf = True

        def render_GET(self, request: Any) -> bytes:
            """Answer a GET (Twisted answers HEAD from it)."""
            headers = {
                name.decode("latin-1").lower(): values[-1].decode("latin-1")
                for name, values in request.requestHeaders.getAllRawHeaders()
            }
            path = request.path.decode("latin-1")
            answer = host_answer(sites, headers.get("host", ""), path, headers, clock)
            request.setResponseCode(answer.status)
            for name, value in answer.headers.items():
                request.setHeader(name, value)
            return answer.body

    return Front()  # type: ignore[no-untyped-call]  # Twisted is partly typed
