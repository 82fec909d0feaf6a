"""Jinja environments, one per kind of output; each makes text from outlets harmless without being asked.

    HTML       autoescape, after `safe.visible`
    Markdown   every expression goes through `safe.markdown_text`; what is already Markdown is marked with the filter `raw`
    plain      every expression goes through `safe.visible`

Reports, mails and the dashboard share the macros and the style in `templates/shared/`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jinja2
from markupsafe import Markup

from drumbeat import safe
from drumbeat.report import names, words


def _only_text(rule: Callable[[str], str]) -> Callable[[Any], Any]:
    """The rule for plain strings; markup made by us and other values pass."""

    def finalize(value: Any) -> Any:
        return rule(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return finalize


def _raw(text: str) -> Markup:
    """Text that is already in the output's language (our own words, or escaped by another filter)."""
    return Markup(text)  # noqa: S704 - used in templates on our own words only


def _make(finalize: Callable[[Any], Any], *, html: bool) -> jinja2.Environment:
    environment = jinja2.Environment(  # noqa: S701 - Markdown and plain text have their own rule, see above
        loader=jinja2.PackageLoader("drumbeat", "templates"),
        autoescape=html,
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    add_filters(environment)
    return environment


def add_filters(environment: jinja2.Environment) -> None:
    """Give any environment (the dashboard's too) the words, names and safety rules that the shared macros use."""
    for rule in (
        words.number, words.count, words.percent, words.day, words.short_day, words.weekday, words.moment, words.lag,
        names.country_name, names.language_name,
        safe.safe_url, safe.markdown_url, safe.language_tag, safe.direction, safe.shorten, safe.one_line, safe.isolate, safe.visible,
    ):  # fmt: skip
        environment.filters[rule.__name__] = rule
    environment.filters["raw"] = _raw
    environment.globals.update(between=words.between, period=words.period, week_name=words.week_name)


@lru_cache(maxsize=1)
def html_environment() -> jinja2.Environment:
    """For HTML: whatever a template shows is escaped."""
    return _make(_only_text(safe.visible), html=True)


@lru_cache(maxsize=1)
def markdown_environment() -> jinja2.Environment:
    """For Markdown: whatever a template shows is one line without markup. Macros cannot be used (their result would be escaped again)."""
    return _make(_only_text(safe.markdown_text), html=False)


@lru_cache(maxsize=1)
def plain_environment() -> jinja2.Environment:
    """For plain text mail: whatever a template shows has no controls."""
    return _make(_only_text(safe.visible), html=False)
