"""What the product knows: records, the stores that keep them, and the archive of raw responses.

records/ (plain data) <-> stores/ (one per noun) <- store.py, the door     SQLite, or PostgreSQL with pgvector
schema.py = migrations/, as a test says; types.py, rows.py, search_index.py     no engine shows outside them
archive.py -> warc.py; check.py compares archive and rows; pages.py gives a page back
ids.py: identifiers made from content; locks.py: one run of a stage at a time
"""
