"""Migrations and schema."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import storage
from storage.engine import Database
from storage.errors import StaleDatabase
from storage.migrate import migrate
from storage.schema import REVISION, VERSION_TABLE, metadata
from storage.store import open_store
from tests.storage.makers import DAY, add_passages

FOLDER = (
    Path(storage.__file__ or "").parent / "migrations"
    if storage.__file__
    else Path(next(iter(storage.__path__))) / "migrations"
)


WITH_VIEWS = "0016"
"""A revision that has the table of views."""


def scripts_config() -> Config:
    """How Alembic finds the packaged revisions."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def scripts() -> ScriptDirectory:
    """The packaged revisions."""
    return ScriptDirectory.from_config(scripts_config())


def test_there_is_one_head() -> None:
    """Revisions are one line that ends at the schema's revision, and count up, which is how a newer database
    is told from an older.
    """
    assert scripts().get_heads() == [REVISION]
    line = [script.revision for script in scripts().walk_revisions()]
    assert line == sorted(line, reverse=True)
    assert all(len(revision) == 4 and revision.isdigit() for revision in line)


_SQLITE = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
)
_POSTGRESQL = (
    """SELECT table_name, column_name, ordinal_position, data_type, udt_name, is_nullable, column_default,
              collation_name, is_identity,
              character_maximum_length, numeric_precision, datetime_precision
       FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position""",
    """SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
       JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = 'public' ORDER BY 1, 2""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "SELECT extname FROM pg_extension ORDER BY 1",
)


def described(url: str) -> list[tuple[object, ...]]:
    """The engine's own description of a database, the version table left out."""
    database = Database(url)
    with database.read() as connection:
        statements = (_SQLITE,) if database.is_sqlite else _POSTGRESQL
        rows = [tuple(row) for statement in statements for row in connection.exec_driver_sql(statement)]
    database.close()
    return [
        tuple(" ".join(str(value).split()) for value in row)
        for row in rows
        if not any(VERSION_TABLE in str(value) for value in row)
    ]


def made_by_schema(url: str) -> None:
    """Make the tables without migrations."""
    database = Database(url)
    with database.write() as connection:
        metadata.create_all(connection)
    database.close()


def test_migrations_make_the_schema_on_sqlite(tmp_path: Path) -> None:
    """Every table, column, type, constraint and index is the same, by the engine's own description."""
    migrated, direct = f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}"
    assert migrate(migrated) == (None, REVISION)
    made_by_schema(direct)
    assert described(migrated) == described(direct)
    assert len(described(direct)) > 50


def test_migrations_make_the_schema_on_postgresql(empty_postgresql: str, postgresql: str) -> None:
    """Every table, column, type, constraint and index is the same, by the engine's own description."""
    made_by_schema(empty_postgresql)
    direct = described(empty_postgresql)
    database = Database(empty_postgresql)
    with database.write() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    database.close()
    assert migrate(empty_postgresql) == (None, REVISION)
    assert described(empty_postgresql) == direct
    assert len(direct) > 100


def test_an_older_database_is_refused_and_then_brought_up_to_date(tmp_path: Path) -> None:
    """From the first revision on every row stays, and the schema is the one of a new database."""
    old, new = f"sqlite:///{tmp_path / 'old.db'}", f"sqlite:///{tmp_path / 'new.db'}"
    migrate(new)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    database = Database(old)
    with database.reshape() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO themes VALUES (7, 'kept')")
    database.close()
    with pytest.raises(StaleDatabase, match=r"revision 0001.*storage migrate"):
        open_store(old)
    assert migrate(old) == ("0001", REVISION)
    assert described(old) == described(new)
    with open_store(old) as store:
        assert [theme.label for theme in store.narratives.themes()] == ["kept"]


def test_builds_of_all_processors_become_one(tmp_path: Path) -> None:
    """The largest build keeps its means and its vectors; a text that only a smaller one holds is not embedded
    again.
    """
    old = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    database = Database(old)
    with database.reshape() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for build, texts in (("vnni", "abc"), ("other", "cd")):
            name = f"multilingual-e5-small/1571fc98/g1/{build}"
            for text in texts:
                connection.exec_driver_sql(
                    "INSERT INTO vectors VALUES (?, ?, ?)", (name, text, build.encode())
                )
            connection.exec_driver_sql("INSERT INTO mean_tables VALUES (?, 1, '2026-01-01', '{}')", (name,))
            connection.exec_driver_sql(
                "INSERT INTO mean_vectors VALUES (?, 1, 'en', ?)", (name, build.encode())
            )
        connection.exec_driver_sql("INSERT INTO vectors VALUES ('openai/m', 'a', x'00')")
    database.close()
    migrate(old)
    database = Database(old)
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT build, text_hash, vector FROM vectors ORDER BY 1, 2").all()
        means = connection.exec_driver_sql(
            "SELECT build, vector FROM mean_vectors JOIN mean_tables USING (build, version)"
        ).all()
    database.close()
    one = "multilingual-e5-small/1571fc98/g1"
    kept = [(one, text, b"other" if text == "d" else b"vnni") for text in "abcd"]
    assert rows == [*kept, ("openai/m", "a", b"\0")]
    assert means == [(one, b"vnni")]


def test_migrating_again_changes_nothing(url: str) -> None:
    """A second migration finds the work done, and what is stored stays."""
    with open_store(url) as store:
        made = add_passages(store, ["1"])
    assert migrate(url) == (REVISION, REVISION)
    with open_store(url) as store:
        assert [row.passage_id for row in store.passages.many([made[0].passage_id])] == [made[0].passage_id]


def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    """Whoever comes second finds the work done."""
    url = f"sqlite:///{tmp_path / 'new' / 'drumbeat.db'}"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        results = pool.map(migrate, [url, url])
    assert {now for _, now in results} == {REVISION}
    open_store(url).close()


def test_files_are_in_wal_mode(tmp_path: Path) -> None:
    """A new SQLite file stays in write-ahead mode for whoever opens it, with foreign keys enforced and every
    commit synced.
    """
    url = f"sqlite:///{tmp_path / 'drumbeat.db'}"
    migrate(url)
    database = Database(url, busy_timeout_seconds=7)
    with database.read() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        ]
    database.close()
    assert pragmas == ["wal", 1, 2, 7000]


def test_a_failed_migration_leaves_nothing(tmp_path: Path) -> None:
    """Tables made before an error are undone with it: creating tables is part of the transaction on SQLite
    too.
    """
    database = Database(f"sqlite:///{tmp_path / 'drumbeat.db'}")
    try:
        with database.reshape() as connection:
            connection.exec_driver_sql("CREATE TABLE half (a TEXT)")
            raise InterruptedError
    except InterruptedError:
        pass
    with database.read() as connection:
        assert sa.inspect(connection).get_table_names() == []
    database.close()


def test_an_upgrade_forgets_what_pages_of_the_old_version_showed(tmp_path: Path) -> None:
    """Pages make it anew; opening a database that is up to date forgets nothing."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    database = Database(url)
    with database.reshape() as connection:
        config = scripts_config()
        config.attributes["connection"] = connection
        command.upgrade(config, WITH_VIEWS)
        connection.execute(
            sa.text("INSERT INTO views (name, as_of, value) VALUES ('overview', :at, '{}')"),
            {"at": "2026-03-01 00:00:00"},
        )
    database.close()
    assert migrate(url) == (WITH_VIEWS, REVISION)
    with open_store(url) as store:
        assert store.views.get("overview") is None
        store.views.put("overview", {"new": 1}, as_of=DAY)
    migrate(url)
    with open_store(url) as store:
        assert store.views.get("overview") == {"new": 1}
