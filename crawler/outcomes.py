"""Every way a page or a poll can end, with one line on what it means.

Exactly one fetch outcome per URL, one clean outcome per archived page.
"""

from __future__ import annotations

FETCH_OUTCOMES: dict[str, str] = {
    "stored": "Fetched and archived (a feed: and read).",
    "duplicate": "Led to the address of another page that is fetched anyway; archived, and counted once.",
    "empty": "Answered with a page of no bytes.",
    "other_site": "Led to a page of another site, which is no article of this outlet.",
    "unchanged": "The server answered 304: nothing new since the last poll.",
    "robots_denied": "robots.txt forbids this address to us, or is itself forbidden (401, 403).",
    "robots_unreadable": "robots.txt could not be read (server error, no answer): not now.",
    "http_404": "Not found.",
    "http_410": "Gone for good.",
    "http_4xx": "Refused with another 4xx status.",
    "http_5xx": "The server failed.",
    "timeout": "No complete answer within the time limit.",
    "dns_failed": "The host name has no address.",
    "connection_failed": "No connection, or it broke before the answer was complete.",
    "tls_failed": "No secure connection: the certificate or the protocol was refused.",
    "redirect_loop": "Redirects in a circle, too many of them, or leading nowhere.",
    "too_large": "Larger than the limit, as sent or after decompression.",
    "bad_encoding": "The compressed answer could not be decompressed.",
    "broken_feed": "Answered, but it is no feed, sitemap or page that could be read.",
    "spider_failed": "A spider of the workspace failed, or was ended, before it found anything.",
    "not_html": "Answered with something that is not a web page.",
    "private_address": "The host leads to a private address, and neither source nor settings allow that.",
    "bad_url": "Not an address that can be fetched.",
    "waiting": "Not fetched yet, or failed for a passing reason and will be tried again.",
}

CLEAN_OUTCOMES: dict[str, str] = {
    "article": "Clean text with a title, a date decision and a language.",
    "empty": "The archived body holds nothing.",
    "not_html": "The archived body is not a web page (a PDF, a feed, an image, JSON ...).",
    "no_text": "A web page without running text.",
    "too_short": "Less running text than `clean.min_characters` (letters of dense scripts count threefold).",
    "soft_404": "An error page sent with status 200, or a front page in place of a page that is gone.",
    "consent_wall": "A dialogue about cookies or partners stands where the article would be.",
    "bot_check": "A check whether the reader is human, or a demand for JavaScript or cookies.",
    "geo_block": "The site does not show the page to readers from here.",
    "login_wall": "A demand to log in, register or subscribe, without any of the article.",
    "parked": "The domain is parked, expired or for sale, or the server shows its own first page.",
    "script_only": "The page is drawn by a script, and the article is not in it.",
    "section": "A list of stories: a section, a front page, a page of search results.",
    "timeout": "Cleaning took longer than `clean.page_seconds` and was killed.",
    "crashed": "The process that cleaned the page died, or failed in a way no rule names.",
    "unreadable": "The archived record is missing or damaged.",
    "waiting": "Archived, but not cleaned yet.",
}
