"""A paywall as two facts that say nothing of each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.cleaning.extract import Extraction, extract_page
from tests.cleaning.test_kinds import HEAD, OTHER, PROSE, TITLE, page, paragraphs, script


def found(body: str, **stated: Any) -> Extraction:
    """What is found of a page with this in its body and its JSON-LD."""
    item = {"@type": "NewsArticle", "headline": TITLE, **stated}
    answer = extract_page(page(body, HEAD + script(json.dumps(item), "application/ld+json")), url="")
    assert isinstance(answer, Extraction), answer
    return answer


CLOSED = {"isAccessibleForFree": False}
ARTICLE = f"<article><h1>{TITLE}</h1>{paragraphs()}</article>"


@pytest.mark.parametrize(
    ("stated", "declared"),
    [
        ({}, None),
        ({"isAccessibleForFree": True}, "free"),
        ({"isAccessibleForFree": "True"}, "free"),
        ({"isAccessibleForFree": "http://schema.org/False"}, "paid"),
        ({"isAccessibleForFree": False}, "paid"),
        ({"isAccessibleForFree": "perhaps"}, None),
        ({"isAccessibleForFree": True, "hasPart": {**CLOSED, "cssSelector": ".p"}}, "part"),
        ({**CLOSED, "hasPart": [{"isAccessibleForFree": True}, CLOSED]}, "part"),
        ({**CLOSED, "hasPart": CLOSED}, "paid"),
        ({"isAccessibleForFree": [1, {}], "hasPart": "x"}, None),
    ],
)  # fmt: skip
def test_what_is_declared_is_kept_as_it_is_said(stated: dict[str, Any], declared: str | None) -> None:
    """Free, paid or a part of it, in any form of true and false; a whole text that is declared paid is not
    called a teaser."""
    answer = found(ARTICLE, **stated)
    assert (answer.declared_access, answer.observed_access) == (declared, None)


@pytest.mark.parametrize(
    "demand",
    ["Subscribe to continue reading.", "Cet article est réservé aux abonnés.", "Bereits Abonnent? Weiterlesen.",
     "Чтобы читать дальше, оформите подписку.", "Suscríbete para seguir leyendo."],
)  # fmt: skip
def test_a_teaser_before_a_demand_is_observed(demand: str) -> None:
    """A short text right before a demand to subscribe is a teaser, whatever is declared; a long one is not,
    unless it breaks off."""
    wall = f"<div class='offer'><p>{demand}</p></div>"
    assert (
        found(f"<main><h1>{TITLE}</h1>{paragraphs()}{wall}</main>", isAccessibleForFree=True).observed_access
        == "teaser"
    )
    long = paragraphs((PROSE + OTHER) * 4)
    assert found(f"<main><h1>{TITLE}</h1>{long}{wall}</main>").observed_access is None


def test_a_subscription_elsewhere_is_nothing() -> None:
    """An offer in the page's head, far from the text's end, says nothing of this article."""
    offer = "<div class='top'><p>Already a subscriber? Sign in to continue.</p></div>"
    assert found(f"{offer}<main><h1>{TITLE}</h1>{paragraphs()}</main>").observed_access is None
