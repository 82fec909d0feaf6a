"""Jinja environments, one per kind of output; each makes text from outlets harmless without being asked.

    HTML       autoescape, after `safe.visible`
    Markdown   every expression goes through `safe.markdown_text`; only our own words (the filters of `words`)
               pass as they are
    plain      every expression goes through `safe.visible`

Reports, mails and the dashboard share the macros and the style in `templates/shared/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any

import jinja2
from markupsafe import Markup

from drumbeat.shown import history, kinds, names, safe, words

OWN_WORDS: tuple[Callable[..., str], ...] = (
    words.number, words.count, words.percent, words.probability, words.day, words.short_day, words.weekday,
    words.moment, words.lag,
    words.between, words.period, words.window,
)  # fmt: skip
"""Filters whose result is made of our words and figures alone."""

RULES: tuple[Callable[..., Any], ...] = (
    kinds.kind_title, kinds.kind_meaning, kinds.kind_reasons, history.event_words, history.decision_words,
    names.country_name, names.language_name, names.check_name, words.finding,
    safe.safe_url, safe.language_tag, safe.direction, safe.shorten, safe.clause, safe.one_line,
    safe.isolate, safe.visible,
)  # fmt: skip


def html_finalize(value: Any) -> Any:
    """For an HTML environment's `finalize`: text loses its controls before it is escaped; markup passes."""
    return safe.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def add_filters(environment: jinja2.Environment) -> None:
    """Give an HTML or plain environment (the dashboard's too) the words, names and safety rules that the
    shared macros use.
    """
    environment.filters |= {rule.__name__: rule for rule in (*OWN_WORDS, *RULES)}
    environment.globals |= {
        "between": words.between,
        "period": words.period,
        "window": words.window,
        "week_name": words.week_name,
    }


@lru_cache(maxsize=1)
def html_environment() -> jinja2.Environment:
    """For HTML: whatever a template shows is escaped."""
    environment = _environment(html_finalize, autoescape=True)
    add_filters(environment)
    return environment


@lru_cache(maxsize=1)
def plain_environment() -> jinja2.Environment:
    """For plain text mail: whatever a template shows has no controls."""
    environment = _environment(html_finalize, autoescape=False)
    add_filters(environment)
    # Its isolates are controls of ours, which `finalize` would take out again.
    environment.filters["isolate"] = _as_markup(safe.isolate)
    environment.filters["spoken"] = _spoken_plain
    return environment


@lru_cache(maxsize=1)
def markdown_environment() -> jinja2.Environment:
    """For Markdown: whatever a template shows is one line without markup. Macros, `~` and `join` would be
    escaped again: do without them.
    """
    environment = _environment(_markdown_finalize, autoescape=False)
    environment.filters |= {rule.__name__: _as_markup(rule) for rule in OWN_WORDS}
    environment.filters |= {rule.__name__: rule for rule in RULES}
    environment.filters |= {"told": _told, "web": _web, "spoken": _spoken}
    environment.globals |= {
        "between": _as_markup(words.between),
        "period": _as_markup(words.period),
        "window": _as_markup(words.window),
        "week_name": words.week_name,
    }
    return environment


def _environment(finalize: Callable[[Any], Any], *, autoescape: bool) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("drumbeat", "templates"),
        autoescape=autoescape,  # noqa: S701 - Markdown and plain text have rules of their own, see above
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _markdown_finalize(value: Any) -> Any:
    return safe.markdown_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _as_markup(rule: Callable[..., str]) -> Callable[..., Markup]:
    """The rule, its result marked as needing no escape."""

    @wraps(rule)
    def marked(*values: Any) -> Markup:
        return Markup(rule(*values))  # noqa: S704 - our own words and figures

    return marked


def _told(text: str, limit: int = 160) -> Markup:
    """Markdown: a text from an outlet, shortened, escaped, keeping its direction to itself."""
    line = safe.markdown_text(safe.shorten(safe.one_line(text), limit))
    return Markup(safe.keep_direction(line))  # noqa: S704 - escaped here


def _spoken(parts: Sequence[Any]) -> Markup:
    """Markdown: parts of a sentence (`drumbeat.report.sentences.Part`), names of outlets escaped."""
    found = [_told(part.text, 220) if part.kind == "name" else part.text for part in parts]
    return Markup("".join(found))  # noqa: S704 - escaped, or our own words and figures


def _spoken_plain(parts: Sequence[Any]) -> Markup:
    """Plain text: the same, names keeping their direction to themselves."""
    found = [safe.isolate(part.text) if part.kind == "name" else part.text for part in parts]
    return Markup("".join(found))  # noqa: S704 - no markup here: names are one line without controls


def _web(url: object) -> Markup:
    """Markdown: a link to a source, or words that say why there is none."""
    address = safe.markdown_url(url)
    link = f"[source]({address})" if address else "source (the address is no web address)"
    return Markup(link)  # noqa: S704 - checked address
