"""Which alerts a rule means. Pure, over the evidence that an alert was frozen with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from analysis.digest.sides import side_of
from analysis.watch.guard import Guard
from config.rules import RuleConfig

Evidence = Mapping[str, Any]


def first_match(rules: Sequence[RuleConfig], evidence: Evidence) -> RuleConfig | None:
    """The first rule that means this alert."""
    return next((rule for rule in rules if matches(rule, evidence)), None)


def matches(rule: RuleConfig, evidence: Evidence) -> bool:
    """Whether every condition of the rule that is given holds."""
    return all(holds(rule, evidence) for holds in _CONDITIONS)


def _is_named(rule: RuleConfig, evidence: Evidence) -> bool:
    narrative = evidence["narrative"]
    numbers = {narrative["narrative_id"], *narrative.get("folded", ())}
    return _one_of(rule.narratives, numbers) and _one_of(rule.watch, {narrative["statement_id"]})


def _is_of_theme(rule: RuleConfig, evidence: Evidence) -> bool:
    theme = (evidence["narrative"]["theme"] or "").casefold()
    return not rule.themes or any(words.casefold() in theme for words in rule.themes)


def _is_of_kind(rule: RuleConfig, evidence: Evidence) -> bool:
    narrative = evidence["narrative"]
    watched = {"watched", "claim"} if narrative["kind"] == "watched" else set()
    # what no run has judged yet is shown among the claims everywhere
    return _one_of(rule.kinds, watched or {narrative.get("judged") or "claim"})


def _is_carried_by(rule: RuleConfig, evidence: Evidence) -> bool:
    outlets = [carrier["outlet"] for carrier in evidence["narrative"]["carriers"]]
    return (
        _one_of(rule.countries, {outlet["country"] for outlet in outlets})
        and _one_of(rule.sources, {outlet["source_id"] for outlet in outlets})
        and _one_of(rule.ownership, {side_of(outlet["ownership"]) for outlet in outlets})
    )


def _is_told_in(rule: RuleConfig, evidence: Evidence) -> bool:
    told = {share["key"].split("-")[0] for share in evidence["narrative"]["by_language"]}
    return _one_of([tag.split("-")[0] for tag in rule.languages], told)


def _is_about(rule: RuleConfig, evidence: Evidence) -> bool:
    narrative = evidence["narrative"]
    texts = [narrative["label"], *(quote["text"] for quote in narrative["quotes"])]
    named = (bool(_names(code).lets(text)) for code in rule.about for text in texts)
    return not rule.about or any(named)


def _is_strong(rule: RuleConfig, evidence: Evidence) -> bool:
    spike = evidence["spike"]
    is_enough = spike["ratio"] is None or spike["ratio"] >= (rule.min_ratio or 0)
    return bool(is_enough and spike["outlets"] >= (rule.min_outlets or 0))


_CONDITIONS: tuple[Callable[[RuleConfig, Evidence], bool], ...] = (
    _is_named, _is_of_theme, _is_of_kind, _is_carried_by, _is_told_in, _is_about, _is_strong,
)  # fmt: skip


def _one_of(wanted: Collection[Any], there: Collection[Any]) -> bool:
    return not wanted or bool(set(wanted) & set(there))


NAMED_IN = ("en", "fr", "ar", "ru", "es", "pt", "ha", "sw", "tr", "fa", "zh", "de", "it", "uk", "id", "hi")
"""Languages in which a country's name is looked for: those that outlets of the directory write in."""


@lru_cache(maxsize=256)
def _names(code: str) -> Guard:
    """Finds a country's name in any of the languages, inflected or not; a workspace's own name of it too."""
    from babel import Locale

    from drumbeat.shown.names import country_name

    found = {Locale(language).territories.get(code) for language in NAMED_IN}
    return Guard([sorted({name for name in (*found, country_name(code)) if name})])
