"""What people touch: commands, the scheduler, reports, alerts, the dashboard, search and exports, and the
sample world.

cli/ -> stages.py -> the doors of crawler and analysis, one stage at a time under its lock
scheduler.py -> `drumbeat crawl`, `process`, `refit`, `report`, `deliver` as children (parent.py ends them
with it) report/, alerts/, web/ -> charts.py; safe.py makes the text of outlets harmless wherever it goes out
search.py, export.py, explain.py, evidence.py, try_url.py, corrections.py: one command or page each
"""
