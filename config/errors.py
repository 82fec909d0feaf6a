"""Errors that are the reader's to mend: the message says what, where, which value, what was expected, what to
do."""

from __future__ import annotations


class DrumbeatError(Exception):
    """What went wrong is explained by the message; the command line prints it and nothing else."""


class ConfigError(DrumbeatError):
    """Settings, sources, watchlist or schedule cannot be used; the message names key, value, file and what
    was expected."""
