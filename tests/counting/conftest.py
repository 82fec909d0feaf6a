"""The stored world for the tests of the stage."""

from __future__ import annotations

from tests.digest.fixtures import other, store, written

__all__ = ["other", "store", "written"]
