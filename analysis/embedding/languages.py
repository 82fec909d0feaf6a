"""Languages as the mean vectors know them: one tag each, a family, and the FLORES-200 code their prior comes
from.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class _Known:
    family: dict[str, str]
    flores: dict[str, str]
    alias: dict[str, str]


def language_key(tag: str) -> str:
    """The tag that means are kept under: `pt-BR` -> `pt`, `swa` -> `sw`; an unknown tag in lower case."""
    primary = tag.lower().replace("_", "-").split("-")[0]
    return _known().alias.get(primary, primary)


def family_of(tag: str) -> str | None:
    """The family of a language, None where none is known."""
    return _known().family.get(language_key(tag))


def flores_codes() -> dict[str, str]:
    """Tag -> FLORES-200 code, for every language that has sentences there; sorted by tag."""
    return dict(sorted(_known().flores.items()))


@functools.cache
def _known() -> _Known:
    """The table of `analysis/data/languages.toml`, read once."""
    text = resources.files("analysis").joinpath("data/languages.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    known = _Known({}, {}, {})
    for family, row in table["families"].items():
        for entry in row.split():
            tag, _, code = entry.partition("=")
            known.family[tag] = family
            if code:
                known.flores[tag] = code
                known.alias.setdefault(code.split("_")[0], tag)
    known.alias.update(table["aliases"])
    return known
