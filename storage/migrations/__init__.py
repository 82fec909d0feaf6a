"""Alembic revisions, packaged: one line, one head. Run by `storage.migrate`, never by the `alembic` command
on a user's machine.

To change the schema: change `storage/schema.py`, write `versions/v{next}_{what}.py` with the next number as
its revision and the last one as its `down_revision`, set `schema.REVISION`. On SQLite use
`op.batch_alter_table`. There is no way down: a copy of the database is the way back.
"""
