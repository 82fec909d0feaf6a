"""The server, the reactor and workspaces of the crawl's tests."""

from __future__ import annotations

from tests.crawler.conftest import _no_proxy, _reactor, lab, site

__all__ = ["_no_proxy", "_reactor", "lab", "site"]
