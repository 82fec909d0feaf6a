"""Checks whether the reader is human, told by headers and page of an answer. Pure."""

from __future__ import annotations

import re

from crawler.answers import Answer

_CHALLENGED = re.compile(
    rb"challenge-platform|cf[-_]chl|cf-turnstile|/_Incapsula_|px-captcha|captcha-delivery|ddos-guard"
    rb"|sucuri_cloudproxy|aws-waf-token|awswaf|sgcaptcha"
    rb"|<title>\s*(?:just a moment|attention required|access denied"
    rb"|are you (?:a )?(?:human|robot)|checking your browser)",
    re.IGNORECASE,
)
_CHALLENGE_HEADERS = {
    "cf-mitigated": "challenge",
    "x-amzn-waf-action": "challenge captcha",
    "sg-captcha": "challenge",
    "x-datadome": "protected",
}
_CHALLENGE_BYTES = 64 * 1024
_CHALLENGE_STATUS = frozenset({202, 401, 403, 405, 429, 503})


def is_challenge(answer: Answer) -> bool:
    """Whether an answer checks for a human instead of giving what was asked for: by its headers, or by its
    page.
    """
    for name, words in _CHALLENGE_HEADERS.items():
        stated = (answer.header(name) or "").lower()
        if stated and stated in words.split():
            return True
    is_refusal = answer.status in _CHALLENGE_STATUS
    return is_refusal and _CHALLENGED.search(answer.body[:_CHALLENGE_BYTES]) is not None
