"""Stores of both engines."""

from __future__ import annotations

from tests.storage.conftest import migrated_postgresql, postgresql_url, sqlite_url, store, templates, url

__all__ = ["migrated_postgresql", "postgresql_url", "sqlite_url", "store", "templates", "url"]
