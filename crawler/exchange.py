"""What is sent with every request, and an answer's body as it is read. Pure."""

from __future__ import annotations

from dataclasses import replace

from config.settings import CrawlSettings
from crawler.answers import (
    ACCEPTED_ENCODINGS,
    Answer,
    TooLarge,
    Undecodable,
    beginning,
    decompress,
    unlabelled_encoding,
)
from crawler.robots import MAX_BYTES as MAX_ROBOTS_BYTES


def request_headers(settings: CrawlSettings) -> dict[str, str]:
    """Who we are and what we take."""
    agent = settings.user_agent
    headers = {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Encoding": ACCEPTED_ENCODINGS,
    }
    if settings.contact:
        agent = f"{agent} ({settings.contact})"
    if "@" in settings.contact:
        headers["From"] = settings.contact
    return {"User-Agent": agent, **headers}


def decompressed(answer: Answer, max_bytes: int) -> Answer:
    """The answer with its body as it is read, or with the reason why that cannot be."""
    encodings = ",".join(value for name, value in answer.headers if name.lower() == "content-encoding")
    if answer.kind == "robots":
        return replace(answer, body=beginning(answer.body, encodings, MAX_ROBOTS_BYTES))
    if answer.kind != "sitemap":
        # Sitemaps are files of their own when they are compressed, and their reader knows it.
        encodings = encodings or unlabelled_encoding(answer.body)
    try:
        body = decompress(answer.body, encodings, max_bytes)
    except TooLarge as error:
        return replace(answer, failure="too_large", detail=str(error))
    except Undecodable as error:
        return replace(answer, failure="bad_encoding", detail=str(error))
    return replace(answer, body=body)
