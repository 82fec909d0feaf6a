"""One build of vectors for all processors: the name loses the class of processor that it ended in.

Vectors of one text made by two classes of processor have a cosine of 0.997, as near as each is to the float32
original, so they are compared (`analysis.embedding.e5.build_name`). Of the builds that become one, the
largest keeps its means; of a text that two of them hold, the largest build's vector stays. Rewrites the table
of vectors once.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CLASSED = re.compile(r"(multilingual-e5-small/[0-9a-f]+/g1)/(vnni|avx512|arm64|other)")
_CHILDREN = (
    "UPDATE mean_vectors SET build = :new WHERE build = :old",
    "UPDATE narratives SET build = :new WHERE build = :old",
    "DELETE FROM mean_tables WHERE build = :old",
)
_SECOND = (
    "DELETE FROM mean_vectors WHERE build = :old",
    "DELETE FROM mean_tables WHERE build = :old",
    "DELETE FROM vectors WHERE build = :old AND text_hash IN (SELECT text_hash FROM vectors WHERE build = "
    ":new)",
)


def upgrade() -> None:
    """Rename, the largest build first."""
    connection = op.get_bind()
    sizes = connection.execute(sa.text("SELECT build, count(*) FROM vectors GROUP BY build")).all()
    taken: set[str] = set()
    for old, _ in sorted(sizes, key=lambda row: (-row[1], row[0])):
        if found := _CLASSED.fullmatch(old):
            _rename(connection, old, found[1], first=found[1] not in taken)
            taken.add(found[1])


def _rename(connection: sa.Connection, old: str, new: str, *, first: bool) -> None:
    names = {"old": old, "new": new}
    if first:
        copied = "INSERT INTO mean_tables SELECT :new, version, made_at, counts FROM mean_tables WHERE build = :old"
        connection.execute(sa.text(copied), names)
    for statement in _CHILDREN if first else _SECOND:
        connection.execute(sa.text(statement), names)
    connection.execute(sa.text("UPDATE vectors SET build = :new WHERE build = :old"), names)
