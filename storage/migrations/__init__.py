"""Alembic revisions, packaged: one line, one head. Run by `storage.migrate`, never by the `alembic` command on a user's machine."""
