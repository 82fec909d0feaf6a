"""How coverage comes in: fetched politely, archived, then cleaned and grouped from the archive.

    fetching   crawl.py -> outlet.py -> fetcher.py -> gates.py -> Scrapy (session.py)        robots.py, addresses.py: what may be asked
               outlet.py -> feeds.py, sitemaps.py, sections.py -> select.py                  bytes to links to pages, pure
               outlet.py -> recording.py -> storage                                          archive first, then rows
               fetcher.py, gates.py -> tickets.py                                            what a request is for, why it was refused
               answers.py, results.py, waiting.py, outcomes.py                               what came of it, pure
    by hand    check.py, discover.py, inspect.py -> probing.py                               nothing is stored
    cleaning/  archive -> article or a named reason why not
    copies/    articles that are one text

A proxy is taken from the environment (http_proxy, https_proxy, no_proxy), as by any other client; this machine itself is never proxied.
"""
