"""What findings are made of, in each language of the interface: phrases with slots, and nouns with their
plurals. Every phrase is ours; what outlets wrote comes in by the slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")

PLURALS: Final[Mapping[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    "texts": (("{n} text", "{n} texts"), ("{n} texte", "{n} textes")),
    "articles": (("{n} article", "{n} articles"), ("{n} article", "{n} articles")),
    "outlets": (("{n} outlet", "{n} outlets"), ("{n} média", "{n} médias")),
    "countries": (("{n} country", "{n} countries"), ("{n} pays", "{n} pays")),
    "languages": (("{n} language", "{n} languages"), ("{n} langue", "{n} langues")),
    "state": (
        ("{n} state-controlled outlet", "{n} state-controlled outlets"),
        ("{n} média sous contrôle de l'État", "{n} médias sous contrôle de l'État"),
    ),
    "independent": (
        ("{n} independent outlet", "{n} independent outlets"),
        ("{n} média indépendant", "{n} médias indépendants"),
    ),
    "unlisted": (
        ("{n} outlet that no list classes", "{n} outlets that no list classes"),
        ("{n} média qu'aucune liste ne classe", "{n} médias qu'aucune liste ne classe"),
    ),
    "days": (("{n} day", "{n} days"), ("{n} jour", "{n} jours")),
    "statements": (
        ("{n} watched statement", "{n} watched statements"),
        ("{n} énoncé surveillé", "{n} énoncés surveillés"),
    ),
    "claims": (("{n} claim", "{n} claims"), ("{n} affirmation", "{n} affirmations")),
    "narratives": (("{n} narrative", "{n} narratives"), ("{n} récit", "{n} récits")),
    "sources": (("{n} source", "{n} sources"), ("{n} source", "{n} sources")),
    "pages": (("{n} page", "{n} pages"), ("{n} page", "{n} pages")),
}
"""Noun -> singular and plural, by language in the order of `LANGUAGES`."""

PHRASES: Final[Mapping[str, tuple[str, str]]] = {
    "and": ("and", "et"),
    "or": ("or", "ou"),
    # trajectories: the words are bound to figures in `findings.TRAJECTORIES`
    "rose_sharply": ("rose sharply", "a fortement augmenté"),
    "rose": ("rose", "a augmenté"),
    "rose_a_little": ("was told somewhat more than usual", "a été un peu plus repris que d'habitude"),
    "held": ("held its level", "s'est maintenu"),
    "fell": ("fell", "a reculé"),
    "silent": ("fell silent", "s'est tu"),
    "grew": ("grew", "a encore augmenté"),
    "died_down": ("died down", "est retombé"),
    # findings
    "rising": (
        "{label} {trajectory}: {texts}, {ratio} times the {expected} expected, in {outlets}, {countries} and "
        "{languages}.",
        "{label} {trajectory} : {texts}, {ratio} fois les {expected} attendus, dans {outlets}, "
        "{countries} et {languages}.",
    ),
    "rising_bare": (
        "{label} {trajectory}: {texts} in {outlets}, {countries} and {languages}; nothing can be expected "
        "yet.",
        "{label} {trajectory} : {texts} dans {outlets}, {countries} et {languages} ; rien ne peut encore "
        "être attendu.",
    ),
    "new": (
        "{label} is new: {texts} in {outlets}, {countries} and {languages}.",
        "{label} est nouveau : {texts} dans {outlets}, {countries} et {languages}.",
    ),
    "returned": (
        "{label} returned after silence: {texts} in {outlets}, {countries} and {languages}.",
        "{label} est revenu après un silence : {texts} dans {outlets}, {countries} et {languages}.",
    ),
    "falling": (
        "{label} {trajectory}: {texts} where {expected} were expected.",
        "{label} {trajectory} : {texts} là où {expected} étaient attendus.",
    ),
    "state_alone": (
        "Told by {state}; no independent outlet took it up.",
        "Repris par {state} ; aucun média indépendant ne l'a repris.",
    ),
    "state_first": (
        "{state} told it first; {independent} took it up, the earliest, {name}, after {days}.",
        "D'abord {state}, puis {independent}, le premier étant {name}, après {days}.",
    ),
    "independent_first": (
        "{independent} told it first; {state} took it up, the earliest, {name}, after {days}.",
        "D'abord {independent}, puis {state}, le premier étant {name}, après {days}.",
    ),
    "independent_alone": (
        "Told by {independent}; no state-controlled outlet took it up.",
        "Repris par {independent} ; aucun média sous contrôle de l'État ne l'a repris.",
    ),
    "unlisted_alone": ("Told by {unlisted}.", "Repris par {unlisted}."),
    "and_unlisted": (" Also {unlisted}.", " Aussi {unlisted}."),
    "first": (
        "First in this corpus: {names}, {day}.",
        "Premier dans ce corpus : {names}, {day}.",
    ),
    "first_perhaps": (
        "Probably first, as far as dates tell: {names}, {day}.",
        "Probablement premier, d'après les dates : {names}, {day}.",
    ),
    "confidence_high": (
        "Confidence high: q {q}, {own} with texts of their own.",
        "Confiance élevée : q {q}, {own} avec des textes propres.",
    ),
    "confidence_moderate": (
        "Confidence moderate: q {q}, {own} with texts of their own.",
        "Confiance moyenne : q {q}, {own} avec des textes propres.",
    ),
    "confidence_low": (
        "Confidence low: q {q}, {own} with texts of their own.",
        "Confiance faible : q {q}, {own} avec des textes propres.",
    ),
    "confidence_untested": (
        "Confidence low: no test, {own} with texts of their own.",
        "Confiance faible : aucun test, {own} avec des textes propres.",
    ),
    "more_findings": (
        "{claims} more: see their pages.",
        "{claims} de plus : voir leurs pages.",
    ),
    # the quiet week
    "quiet": (
        "No claim stood out. {compared} were compared with their own past, {statements} searched for "
        "in every "
        "language; {told} were told, {thin} of them in fewer than {least}.",
        "Aucune affirmation ne s'est détachée. {compared} comparés à leur propre passé, {statements} "
        "cherchés "
        "dans toutes les langues ; {told} reprises, dont {thin} par moins de {least}.",
    ),
    "heard": (
        "Heard: {articles} of {outlets} in {countries} and {languages} ({before} in the period before).",
        "Entendu : {articles} de {outlets} dans {countries} et {languages} ({before} la période précédente).",
    ),
    # what became of the last findings
    "became_silent": ("not told", "pas repris"),
    "became_none": (
        "The period before had no finding.",
        "La période précédente n'avait aucun constat.",
    ),
    # state against independent
    "sides": ("All claims: {parts}.", "Toutes les affirmations : {parts}."),
    "side": ("{outlets} wrote {texts}", "{outlets} : {texts}"),
    "no_sides": ("No claim was told.", "Aucune affirmation n'a été reprise."),
    "relay": (
        "{leader} came before {follower} in {leads} of {narratives} (by chance {expected}).",
        "{leader} a précédé {follower} dans {leads} de {narratives} (par hasard {expected}).",
    ),
    "places": ("Told most in: {parts}.", "Le plus repris dans : {parts}."),
    "place": ("{name} ({texts})", "{name} ({texts})"),
    # health and blind spots
    "health": ("{well} of {sources} well all period{rest}.", "{well} sur {sources} sans trouble{rest}."),
    "health_rest": ("; in trouble: {names}", " ; en difficulté : {names}"),
    "health_more": (" and {n} more", " et {n} de plus"),
    "blind": (
        "Not seen: {pages} that failed, {late} found too late to count, {language} of unknown "
        "language, {dates} "
        "with a weak date.",
        "Non vu : {pages} en échec, {late} trouvés trop tard pour compter, {language} de langue "
        "inconnue, {dates} "
        "à la date incertaine.",
    ),
    # alerts
    "weight": (
        "{texts} {window}, {ratio} times the {expected} expected; {outlets}, {countries}, {languages}.",
        "{texts} ({window}), {ratio} fois les {expected} attendus : {outlets}, {countries}, {languages}.",
    ),
    "weight_new": (
        "{texts} {window}, with no history to expect anything from: {outlets}, {countries}, {languages}.",
        "{texts} ({window}), sans passé dont attendre quoi que ce soit : {outlets}, {countries}, "
        "{languages}.",
    ),
    "sides_line": (
        "Outlets: {parts}; {first} first.",
        "Médias : {parts} ; {first} en premier.",
    ),
    "first_line": ("First: {names}, {day}.", "Premier : {names}, {day}."),
    "first_line_perhaps": ("Probably first: {names}, {day}.", "Probablement premier : {names}, {day}."),
    "followers": ("Then: {names}.", "Ensuite : {names}."),
    "rang": (
        "{test}, q {q}; not ruled out: {left}.",
        "{test}, q {q} ; pas écarté : {left}.",
    ),
    "rang_clear": (
        "{test}, q {q}; every innocent explanation was ruled out.",
        "{test}, q {q} ; toute explication anodine est écartée.",
    ),
    "test_fast": ("told clearly more than in its own past", "Bien plus repris que dans son propre passé"),
    "test_slow": ("a slow rise that went far enough", "Une hausse lente allée assez loin"),
    "test_emergence": ("said by several and not before", "Dit par plusieurs et jamais auparavant"),
    # headings
    "findings": ("Findings", "Constats"),
    "watchlist": ("Watchlist", "Énoncés surveillés"),
    "became": ("What became of the last findings", "Ce que sont devenus les derniers constats"),
    "state_against_independent": ("State against independent", "État et indépendants"),
    "seen": ("Health and blind spots", "Santé et angles morts"),
    "statement": ("statement", "énoncé"),
    "claim": ("claim", "affirmation"),
    "texts": ("texts", "textes"),
    "expected": ("expected", "attendus"),
    "outlets": ("outlets", "médias"),
    "sides_short": ("state / indep. / unlisted", "État / indép. / non classés"),
    "stances": ("endorse / report / refute / unclear", "soutient / rapporte / réfute / indécis"),
    "last": ("last told", "dernière fois"),
    "then": ("then", "alors"),
    "now": ("now", "maintenant"),
    "state_now": ("state", "état"),
    "never": ("never", "jamais"),
    "others_zero": ("{statements} more: in the annex", "{statements} de plus : en annexe"),
    "no_statement": ("Nothing is watched.", "Rien n'est surveillé."),
    "note": ("Editor's note", "Note de la rédaction"),
    "title": ("Weekly report", "Rapport hebdomadaire"),
    "title_period": ("Report", "Rapport"),
    "claims_on_pages": ("The claims", "Les affirmations"),
    "annex": ("Annex: evidence and method", "Annexe : preuves et méthode"),
}
"""Phrase -> its text by language, in the order of `LANGUAGES`."""
