"""Names for the invented countries of the sample digest."""

from __future__ import annotations

from tests.report.naming import sample_names, sample_names_again

__all__ = ["sample_names", "sample_names_again"]
