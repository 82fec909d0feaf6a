"""How coverage comes in: fetched politely, archived, then cleaned and grouped from the archive.

    fetching   crawl.py -> outlet.py -> fetcher.py -> gates.py -> Scrapy (session.py)
                   robots.py, addresses.py                                     what may be asked
                   tickets.py                                                  what for, why refused
                   answers.py, results.py, waiting.py, outcomes.py             what came of it, pure
               outlet.py -> feeds.py, sitemaps.py, sections.py -> select.py    bytes to links to pages, pure
                   stamps.py, months.py                                        dates as anybody writes them
               outlet.py -> recording.py -> storage                            archive first, then rows
    by hand    check.py, discover.py, inspect.py -> probing.py                 nothing is stored
    cleaning/  archive -> article or a named reason why not
    copies/    articles that are one text

A proxy is taken from the environment (http_proxy, https_proxy, no_proxy), as by any other client; this
machine itself is never proxied.
"""
