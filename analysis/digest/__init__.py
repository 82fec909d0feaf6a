"""The digest: a period of days as frozen records, for the weekly report, the alert mail and the dashboard.

build.py -> corpus.py, narrative.py -> desk.py, which reads the store once         records.py, evidence.py:
what is filled
spread.py: who was first, who followed, where; trends.py: against the baseline; leads.py: who is ahead of
whom, all three pure
"""
