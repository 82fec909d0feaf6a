"""Scrapy spiders of a workspace: each in a process of its own, which downloads nothing itself.

    process of the spider                              the crawl
    Scrapy's engine, the spider, its pipelines         Fetcher: robots.txt, delays, addresses, archive
      Request ---> RelayHandler ---------- asks --------> gates ---> the net
      callback <-- Response <------------- answer <------- archived as `spider`
      item, article's Request, Response -- found -------> links of a listing, then as for any feed

A spider that fails, hangs, floods or takes too much memory costs its outlet one poll.
"""
