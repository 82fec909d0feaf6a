"""A spider with Scrapy and nothing else that keeps what it fetches: what `tests.benchmarks.crawling` compares
with.

    python -m tests.benchmarks.bare_spider FILE.warc.gz FEED ...

It reads feeds, follows their links, obeys robots.txt, asks each host one request at a time, and writes each
answer as a gzipped WARC record. Prints how many it wrote.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.resolver import dnscache
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SETTINGS = {
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 0,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
}


class BareSpider(Spider):
    """Feeds, and the pages that they name."""

    name = "bare"

    def __init__(self, feeds: list[str], writer: Any) -> None:
        super().__init__()
        self.feeds = feeds
        self.writer = writer
        self.written = 0

    async def start(self) -> AsyncIterator[Request]:
        """One request for each feed."""
        for url in self.feeds:
            # a name of this machine, whatever the system's resolver knows
            dnscache[urlsplit(url).hostname] = "127.0.0.1"
            yield Request(url, self.parse)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Keep a feed and follow its links."""
        self.keep(response)
        for url in response.xpath("//item/link/text()").getall():
            yield Request(url, self.page)

    def page(self, response: Response) -> None:
        """Keep a page."""
        self.keep(response)

    def keep(self, response: Response) -> None:
        """Write a record."""
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        http = StatusAndHeaders(f"{response.status} OK", headers, protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            response.url, "response", payload=BytesIO(response.body), http_headers=http
        )
        self.writer.write_record(record)
        self.written += 1


def main() -> int:
    """Crawl, and print the number of records."""
    path, *feeds = sys.argv[1:]
    with Path(path).open("wb") as file:
        process = AsyncCrawlerProcess(SETTINGS)
        crawler = process.create_crawler(BareSpider)
        process.crawl(crawler, feeds=feeds, writer=WARCWriter(file, gzip=True, warc_version="1.1"))
        process.start()
    spider = crawler.spider
    assert isinstance(spider, BareSpider)
    print(json.dumps({"records": spider.written}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
