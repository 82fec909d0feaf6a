"""Triggers, which keep what would otherwise be counted by looking through a table; the only place that knows
how each engine spells them.

Triggers and not the stores, since assignments also go when their passages go, by cascade.
"""

from __future__ import annotations

from typing import Final

_ADD: Final = (
    "INSERT INTO narrative_sizes (narrative_id, passages) VALUES (NEW.narrative_id, 1) "
    "ON CONFLICT (narrative_id) DO UPDATE SET passages = narrative_sizes.passages + 1;"
)
_TAKE: Final = (
    "UPDATE narrative_sizes SET passages = passages - 1 WHERE narrative_id = OLD.narrative_id; "
    "DELETE FROM narrative_sizes WHERE narrative_id = OLD.narrative_id AND passages <= 0;"
)
CREATE: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        f"CREATE TRIGGER assignments_added AFTER INSERT ON assignments BEGIN {_ADD} END",
        f"CREATE TRIGGER assignments_taken AFTER DELETE ON assignments BEGIN {_TAKE} END",
        "CREATE TRIGGER assignments_moved AFTER UPDATE OF narrative_id ON assignments "
        f"WHEN OLD.narrative_id <> NEW.narrative_id BEGIN {_TAKE} {_ADD} END",
    ),
    "postgresql": (
        "CREATE FUNCTION assignments_added() RETURNS trigger LANGUAGE plpgsql "
        f"AS 'BEGIN {_ADD} RETURN NULL; END'",
        "CREATE FUNCTION assignments_taken() RETURNS trigger LANGUAGE plpgsql "
        f"AS 'BEGIN {_TAKE} RETURN NULL; END'",
        "CREATE FUNCTION assignments_moved() RETURNS trigger LANGUAGE plpgsql "
        f"AS 'BEGIN {_TAKE} {_ADD} RETURN NULL; END'",
        "CREATE TRIGGER assignments_added AFTER INSERT ON assignments "
        "FOR EACH ROW EXECUTE FUNCTION assignments_added()",
        "CREATE TRIGGER assignments_taken AFTER DELETE ON assignments "
        "FOR EACH ROW EXECUTE FUNCTION assignments_taken()",
        "CREATE TRIGGER assignments_moved AFTER UPDATE OF narrative_id ON assignments "
        "FOR EACH ROW WHEN (OLD.narrative_id <> NEW.narrative_id) EXECUTE FUNCTION assignments_moved()",
    ),
}
