"""Tables of how narratives move: what each was when it got its label, and how far each refit found it from
there, and which are shown as a watched one. Part of `storage.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import given_id as _id
from storage.columns import metadata as metadata
from storage.columns import moment as _time
from storage.columns import number as _number
from storage.columns import real as _real
from storage.columns import text as _text
from storage.types import FloatVector, Real, UtcDateTime

narrative_anchors = sa.Table(
    "narrative_anchors", metadata, _id("narrative_id"), _time("at"),
    sa.Column("centroid", FloatVector, nullable=False), _real("cohesion"), _number("texts"), _text("build"),
    _number("mean_version"),
)  # fmt: skip

narrative_drift = sa.Table(
    "narrative_drift", metadata, _id("narrative_id"), sa.Column("at", UtcDateTime, primary_key=True),
    _real("nearer_old"), _real("likeness"), sa.Column("borne_out", Real), _number("texts"), _text("run_id"),
)  # fmt: skip

# Discovered narratives that are counted and shown as a watched one.
narrative_links = sa.Table(
    "narrative_links", metadata, _id("narrative_id"), _number("watched_id"), _real("shared"), _real("nearer"),
    _time("at"), _text("run_id"), sa.Index(None, "watched_id"),
)  # fmt: skip
