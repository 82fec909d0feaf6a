"""One store per noun; each takes and returns records, each write is one short transaction unless it says that
it comes in chunks.
"""
