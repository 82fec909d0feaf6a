"""What findings are made of: phrases with slots, and nouns with their plurals, in English. The other
languages of the interface have them in their catalogues (`drumbeat.shown.language`). Every phrase is ours;
what outlets wrote comes in by the slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PLURALS: Final[Mapping[str, tuple[str, str]]] = {
    "texts": ("{n} text", "{n} texts"),
    "articles": ("{n} article", "{n} articles"),
    "outlets": ("{n} outlet", "{n} outlets"),
    "countries": ("{n} country", "{n} countries"),
    "languages": ("{n} language", "{n} languages"),
    "state": ("{n} state-controlled outlet", "{n} state-controlled outlets"),
    "independent": ("{n} independent outlet", "{n} independent outlets"),
    "unlisted": ("{n} outlet that no list classes", "{n} outlets that no list classes"),
    "days": ("{n} day", "{n} days"),
    "statements": ("{n} watched statement", "{n} watched statements"),
    "claims": ("{n} claim", "{n} claims"),
    "narratives": ("{n} narrative", "{n} narratives"),
    "sources": ("{n} source", "{n} sources"),
    "pages": ("{n} page", "{n} pages"),
    "state_short": ("{n} state-controlled", "{n} state-controlled"),
    "independent_short": ("{n} independent", "{n} independent"),
    "unlisted_short": ("{n} unlisted", "{n} unlisted"),
}
"""Noun -> singular and plural."""

PHRASES: Final[Mapping[str, str]] = {
    "and": "and",
    "or": "or",
    # trajectories: the words are bound to figures in `findings.TRAJECTORIES`
    "rose_sharply": "rose sharply",
    "rose": "rose",
    "rose_a_little": "was told somewhat more than usual",
    "held": "held its level",
    "fell": "fell",
    "silent": "fell silent",
    "grew": "grew",
    "died_down": "died down",
    # findings
    "rising": (
        "{label} {trajectory}: {texts}, {ratio} times the {expected} expected, in {outlets}, "
        "{countries} and {languages}."
    ),
    "rising_bare": (
        "{label} {trajectory}: {texts} in {outlets}, {countries} and {languages}; nothing can be "
        "expected yet."
    ),
    "new": "{label} is new: {texts} in {outlets}, {countries} and {languages}.",
    "returned": "{label} returned after silence: {texts} in {outlets}, {countries} and {languages}.",
    "falling": "{label} {trajectory}: {texts} where {expected} were expected.",
    "state_alone": "Told by {state}; no independent outlet took it up.",
    "state_first": "{state} told it first; {independent} took it up, the earliest, {name}, after {days}.",
    "independent_first": (
        "{independent} told it first; {state} took it up, the earliest, {name}, after {days}."
    ),
    "independent_alone": "Told by {independent}; no state-controlled outlet took it up.",
    "unlisted_alone": "Told by {unlisted}.",
    "and_unlisted": " Also {unlisted}.",
    "first": "First in this corpus: {names}, {day}.",
    "first_perhaps": "Probably first, as far as dates tell: {names}, {day}.",
    "confidence_high": "Confidence high: q {q}, {own} with texts of their own.",
    "confidence_moderate": "Confidence moderate: q {q}, {own} with texts of their own.",
    "confidence_low": "Confidence low: q {q}, {own} with texts of their own.",
    "confidence_untested": "Confidence low: no test, {own} with texts of their own.",
    "more_findings": "{claims} more: see their pages.",
    # the quiet week
    "quiet": (
        "No claim stood out. {compared} were compared with their own past, {statements} searched for "
        "in every language; {told} were told, {thin} of them in fewer than {least}."
    ),
    "heard": "Heard: {articles} of {outlets} in {countries} and {languages} ({before} in the period before).",
    # what became of the last findings
    "became_silent": "not told",
    "became_none": "The period before had no finding.",
    # state against independent
    "sides": "All claims: {parts}.",
    "side": "{outlets} wrote {texts}",
    "no_sides": "No claim was told.",
    "relay": "{leader} came before {follower} in {leads} of {narratives} (by chance {expected}).",
    "places": "Told most in: {parts}.",
    "place": "{name} ({texts})",
    # health and blind spots
    "health": "{well} of {sources} well all period{rest}.",
    "health_rest": "; in trouble: {names}",
    "health_more": " and {n} more",
    "blind": (
        "Not seen: {pages} that failed, {late} found too late to count, {language} of unknown "
        "language, {dates} with a weak date."
    ),
    # alerts
    "weight": "{texts} {window}, {ratio} times the {expected} expected; {outlets}, {countries}, {languages}.",
    "weight_new": (
        "{texts} {window}, with no history to expect anything from: {outlets}, {countries}, {languages}."
    ),
    "sides_line": "Outlets: {parts}; {first} first.",
    "first_line": "First: {names}, {day}.",
    "first_line_perhaps": "Probably first: {names}, {day}.",
    "followers": "Then: {names}.",
    "rang": "{test}, q {q}; not ruled out: {left}.",
    "rang_clear": "{test}, q {q}; every innocent explanation was ruled out.",
    "test_fast": "told clearly more than in its own past",
    "test_slow": "a slow rise that went far enough",
    "test_emergence": "said by several and not before",
    "on_day": "on {day} UTC",
    "in_days": "in {days} to {day} UTC",
    # headings
    "findings": "Findings",
    "watchlist": "Watchlist",
    "became": "What became of the last findings",
    "state_against_independent": "State against independent",
    "seen": "Health and blind spots",
    "statement": "statement",
    "claim": "claim",
    "texts": "texts",
    "expected": "expected",
    "outlets": "outlets",
    "sides_short": "state / indep. / unlisted",
    "stances": "endorse / report / refute / unclear",
    "last": "last told",
    "then": "then",
    "now": "now",
    "state_now": "state",
    "never": "never",
    "others_zero": "{statements} more: in the annex",
    "no_statement": "Nothing is watched.",
    "note": "Editor's note",
    "title": "Weekly report",
    "title_period": "Report",
    "claims_on_pages": "The claims",
    "annex": "Annex: evidence and method",
    "days_of": "Days begin at midnight in {zone}; those of spikes and of the sources' health are UTC days.",
    # what a revision says otherwise
    "now_listed": "narrative {key} ({label}) is now listed as {section}",
    "no_longer_listed": "narrative {key} ({label}) is no longer listed as {section}",
    "texts_instead": "narrative {key}: {after} texts instead of {before}",
}
"""Phrase -> its English text."""
