"""Which days have to be counted again: the database notes them itself, whoever writes.

A day is stale when something that is counted of it changed: an article, its copy group, a passage that is
gone, an assignment, a hit, a poll, a fetch; when a narrative is merged, or linked to a watched one, all days
on which it was observed.
Triggers make the notes, inside the transaction of the
change: no writer can forget it, and a change that is undone leaves none.

A note is taken back only as it was read (`CountStore.settle`), so that a change made while a day is counted
leaves it stale. On SQLite one note a day counts its changes; on PostgreSQL every transaction has a note of
its own, so that two writers never wait for each other.

Revision 0006 makes the triggers; whoever changes them drops and makes them again in a revision of his own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_OF_ARTICLE: Final = "SELECT counted_at AS moment FROM articles WHERE article_id = {row}.article_id"
_OF_PASSAGE: Final = (
    "SELECT a.counted_at AS moment FROM passages p JOIN articles a ON a.article_id = p.article_id "
    "WHERE p.passage_id = {row}.passage_id"
)
_DAY_OF: Final = {
    "sqlite": "substr(moment, 1, 10)",
    "postgresql": "CAST(moment AT TIME ZONE 'UTC' AS DATE)",
}
_WRITER: Final = {"sqlite": "0", "postgresql": "txid_current()"}
_AGAIN: Final = {"sqlite": "UPDATE SET changes = changes + 1", "postgresql": "NOTHING"}

_NOTE: Final = (
    "INSERT INTO stale_days (day, writer, changes) SELECT day, {writer}, 1 FROM ({days}) AS dated "
    "WHERE true ON CONFLICT (day, writer) DO {again};"
)


@dataclass(frozen=True, slots=True)
class _Watch:
    """One change that makes days stale."""

    table: str
    event: str
    moments: tuple[str, ...] = ()
    """Selects of a `moment`; its day is stale."""
    days: str = ""
    """Or a select of a `day`."""
    when: str = ""


_WATCHED: Final = (
    _Watch("articles", "INSERT", ("SELECT NEW.counted_at AS moment",)),
    _Watch("articles", "DELETE", ("SELECT OLD.counted_at AS moment",)),
    _Watch(
        "articles",
        "UPDATE",
        ("SELECT OLD.counted_at AS moment", "SELECT NEW.counted_at AS moment"),
        when="OLD.counted_at <> NEW.counted_at OR OLD.late <> NEW.late OR OLD.source_id <> NEW.source_id",
    ),
    _Watch("passages", "DELETE", (_OF_ARTICLE.format(row="OLD"),)),
    # An article outside of any group stands for itself: becoming the original of one changes nothing.
    _Watch("copy_members", "INSERT", (_OF_ARTICLE.format(row="NEW"),), when="NEW.group_id <> NEW.article_id"),
    _Watch("copy_members", "DELETE", (_OF_ARTICLE.format(row="OLD"),), when="OLD.group_id <> OLD.article_id"),
    _Watch("copy_members", "UPDATE", (_OF_ARTICLE.format(row="NEW"),), when="OLD.group_id <> NEW.group_id"),
    _Watch("assignments", "INSERT", (_OF_PASSAGE.format(row="NEW"),)),
    _Watch("assignments", "DELETE", (_OF_PASSAGE.format(row="OLD"),)),
    _Watch(
        "assignments", "UPDATE", (_OF_PASSAGE.format(row="NEW"),), when="OLD.narrative_id <> NEW.narrative_id"
    ),
    _Watch("watch_hits", "INSERT", (_OF_PASSAGE.format(row="NEW"),)),
    _Watch("watch_hits", "DELETE", (_OF_PASSAGE.format(row="OLD"),)),
    _Watch(
        "watch_hits",
        "UPDATE",
        (_OF_PASSAGE.format(row="NEW"),),
        when="OLD.narrative_id <> NEW.narrative_id OR OLD.stance <> NEW.stance",
    ),
    _Watch("feed_polls", "INSERT", ("SELECT NEW.polled_at AS moment",)),
    _Watch("feed_polls", "UPDATE", ("SELECT NEW.polled_at AS moment",), when="OLD.outcome <> NEW.outcome"),
    _Watch("pages", "INSERT", ("SELECT NEW.fetched_at AS moment",), when="NEW.fetched_at IS NOT NULL"),
    _Watch(
        "pages",
        "UPDATE",
        ("SELECT OLD.fetched_at AS moment", "SELECT NEW.fetched_at AS moment"),
        when=(
            "coalesce(OLD.fetched_at <> NEW.fetched_at, "
            "(OLD.fetched_at IS NULL) <> (NEW.fetched_at IS NULL)) "
            "OR coalesce(OLD.fetch_outcome, '') <> coalesce(NEW.fetch_outcome, '')"
        ),
    ),
    _Watch(
        "narratives",
        "UPDATE",
        # A merge that is taken back is rare, and where its past was counted nobody knows: all days.
        days=(
            "SELECT DISTINCT day FROM observations "
            "WHERE OLD.merged_into IS NOT NULL OR observations.narrative_id = NEW.narrative_id"
        ),
        when="coalesce(OLD.merged_into, 0) <> coalesce(NEW.merged_into, 0)",
    ),
)


def statements(engine: str) -> list[str]:
    """The statements that make the triggers on `sqlite` or `postgresql`."""
    make = _sqlite if engine == "sqlite" else _postgresql
    return [statement for watch in _WATCHED for statement in make(watch)]


def mark_all(engine: str) -> str:
    """The statement that notes every day of a database that was counted before there were notes."""
    day = _DAY_OF[engine]
    moments = " UNION ALL ".join(
        f"SELECT {column} AS moment FROM {table}"  # noqa: S608  constants
        for table, column in (
            ("articles", "counted_at"),
            ("feed_polls", "polled_at"),
            ("pages", "fetched_at"),
        )
    )
    return (
        f"INSERT INTO stale_days (day, writer, changes) SELECT DISTINCT {day}, 0, 1 "  # noqa: S608  constants
        f"FROM ({moments}) AS seen WHERE moment IS NOT NULL"
    )


def observed_days(engine: str, narrative_ids: Sequence[int]) -> str:
    """The statement that notes every day on which one of these narratives was observed."""
    numbers = ", ".join(str(int(number)) for number in narrative_ids)
    days = f"SELECT DISTINCT day FROM observations WHERE narrative_id IN ({numbers})"  # noqa: S608  numbers
    return _NOTE.format(writer=_WRITER[engine], days=days, again=_AGAIN[engine]).rstrip(";")


def _notes(watch: _Watch, engine: str) -> str:
    """The statements of a trigger's body."""
    dated = "SELECT {day} AS day FROM ({moment}) AS seen WHERE moment IS NOT NULL"
    days = [dated.format(day=_DAY_OF[engine], moment=moment) for moment in watch.moments]
    return " ".join(
        _NOTE.format(writer=_WRITER[engine], days=one, again=_AGAIN[engine]) for one in days or [watch.days]
    )


def _sqlite(watch: _Watch) -> list[str]:
    when = f" WHEN {watch.when}" if watch.when else ""
    body = f"BEGIN {_notes(watch, 'sqlite')} END"
    return [f"CREATE TRIGGER {_name(watch)} AFTER {watch.event} ON {watch.table}{when} {body}"]


def _postgresql(watch: _Watch) -> list[str]:
    when = f" WHEN ({watch.when})" if watch.when else ""
    name, body = _name(watch), f"BEGIN {_notes(watch, 'postgresql')} RETURN NULL; END"
    event = f"AFTER {watch.event} ON {watch.table} FOR EACH ROW{when}"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()",
    ]


def _name(watch: _Watch) -> str:
    return f"stale_{watch.table}_{watch.event.lower()}"
