"""What can be wrong with a feed, what it means, and the remedy."""

from __future__ import annotations

CONDITIONS: dict[str, tuple[str, str]] = {
    "well": ("It was read.", "Nothing to do."),
    "dns": (
        "The host name has no address.",
        "See whether the outlet has a new domain (`drumbeat sources discover SITE`) and change the address.",
    ),
    "tls": (
        "No secure connection: the certificate or the protocol was refused.",
        "Open the address in a browser. If the certificate has run out, wait; if the outlet has none that "
        "is valid, "
        "`crawl.verify_certificates = false` takes pages from whoever answers.",
    ),
    "unreachable": (
        "No connection, or no whole answer in time.",
        "Wait a day. If it stays so, see from another network whether the outlet is down or shuts ours out.",
    ),
    "challenge": (
        "A check whether the reader is human stands before the address.",
        "Ask the webmaster to let our user agent through (`crawl.contact` tells who we are), or take "
        "another feed.",
    ),
    "forbidden": (
        "The server refuses us (401, 403, 451).",
        "Ask the webmaster to let our user agent through, or take another feed of the outlet.",
    ),
    "rate_limited": (
        "The server says that we ask too often (429).",
        "Set a longer `delay_seconds` for the source, or a `poll_minutes`.",
    ),
    "server_error": ("The server fails (5xx).", "Wait a day; it is asked again, less often each time."),
    "gone": (
        "The address is gone (404, 410).",
        "Find the outlet's new feed with `drumbeat sources discover SITE` and change the address.",
    ),
    "refused": (
        "The server refuses the request with another 4xx.",
        "Open the address in a browser and see what it wants.",
    ),
    "robots_closed": (
        "robots.txt forbids the address to us.",
        "Respect it: take a feed that is allowed, or ask the outlet.",
    ),
    "robots_unreadable": (
        "robots.txt cannot be read, which means: not now.",
        "Open /robots.txt of the host; tell the webmaster if it fails there too.",
    ),
    "redirects": (
        "Redirects in a circle, too many of them, or leading nowhere.",
        "Open the address in a browser and enter the one where it ends.",
    ),
    "private": (
        "The host leads to a private address.",
        "Set `allow_private_addresses` for the source if it may lie there; else the name server is wrong "
        "or hostile.",
    ),
    "unreadable": (
        "It answers, but with nothing that can be read as this kind of listing.",
        "See with `drumbeat sources check` what it is, and change address or `kind`.",
    ),
    "spider_failed": (
        "The workspace's own spider failed, or had to be ended.",
        "The log has the traceback; mend the file in `spiders`, and try it with `drumbeat sources check`.",
    ),
    "empty": (
        "It can be read, and lists nothing.",
        "See whether the outlet has given this feed up; find another with `drumbeat sources discover SITE`.",
    ),
    "moved": (
        "It leads to another domain.",
        "If that is the outlet's new one, change `domain` and addresses of the source.",
    ),
    "layout_changed": (
        "A section page that listed articles before lists none now.",
        "Open it in a browser; if articles are there, state their addresses as `link_pattern`, or take a "
        "feed.",
    ),
    "no_news": (
        "It has brought nothing new for much longer than is usual for it.",
        "See whether the outlet still publishes, and whether this feed still follows it.",
    ),
}
"""Condition -> what it means, and the remedy. `unreachable`, `server_error` and `rate_limited` may pass by
themselves.
"""
