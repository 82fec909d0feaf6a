"""Workspaces of real size without real news: `python -m tests.benchmarks.desk --articles 10000 --out DIR`.

plan.py (who publishes what, when) -> texts.py, vectors.py (what it says) -> rows.py (as rows) -> load.py
(into the database)

Everything is drawn from one seed, a day at a time: the same arguments give the same workspace, and memory
does not grow with its size.
"""
