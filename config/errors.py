"""What goes wrong with what the product is told."""

from __future__ import annotations


class ConfigError(Exception):
    """Settings, sources, watchlist or schedule cannot be used; the message names key, value, file and what was expected."""
