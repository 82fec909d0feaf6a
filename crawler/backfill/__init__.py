"""History from archives: responses that others kept become pages of the outlets, as if they had been crawled.

    WARC file, by path or address (warcfiles.py) --+
                                                   +--> of an outlet? (owners.py) --> gates, archive, rows
    Wayback machine, by its CDX interface ---------+                                  (filling.py)
      (wayback.py)

Such pages have the origin `backfill`: they count on the day that they were published, and are no news.
"""
