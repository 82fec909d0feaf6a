"""Write a commented workspace that works as it is.

The files are made from the models themselves, so that no comment can drift from the code it describes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, SecretStr

from config.errors import ConfigError
from config.load import SCHEDULE_FILE, SETTINGS_FILE, WATCHLIST_FILE
from config.schedule import Schedule
from config.settings import Settings

DIRECTORY = Path(__file__).parent / "data" / "sources"
SHIPPED_WATCHLIST = Path(__file__).parent / "data" / "watchlist.toml"

WATCHLIST = """\
# The watchlist: what you want to be told about, in any language; every language is searched.
# A counter-statement is what makes "rejects" different from "understands": give one.
# Every entity must be named in the article, in one of its spellings, as whole words: with case endings in
# Cyrillic, with what Arabic and
# Hebrew write together with a word, anywhere in scripts without spaces. A star lets a stem go on, for
# adjectives and other endings ("Russi*").
# Abbreviations of up to three capitals (EU, UN) are found in capitals only.
# What is required may be given by its id in the library of names: entities = ["country:MR", "country:RU"].
# A query over words stands alone or beside statements:
#   query = '(wagner OR "africa corps") AND mali NOT football'
# Below is the shipped list, in seven languages. Take the marks away to use a statement, or name it:
# `drumbeat watch add security-concerns-mr`. `drumbeat watch try "A sentence"` shows what another would find.

"""


def init_workspace(folder: Path) -> list[Path]:
    """Make a workspace in `folder`; existing files are left alone.

    Returns:
        The files written.

    Raises:
        ConfigError: the folder is a workspace already, or cannot be written.
    """
    if (folder / SETTINGS_FILE).exists():
        raise ConfigError(f"{folder}: is a workspace already ({SETTINGS_FILE} is there); nothing was changed")
    texts = {SETTINGS_FILE: settings_toml(), SCHEDULE_FILE: schedule_toml(), WATCHLIST_FILE: watchlist_toml()}
    try:
        (folder / "sources").mkdir(parents=True, exist_ok=True)
        written = [_write(folder / name, text) for name, text in texts.items()]
        for path in sorted(DIRECTORY.glob("*.toml")):
            target = folder / "sources" / path.name
            if not target.exists():
                shutil.copyfile(path, target)
                written.append(target)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from error
    return written


def settings_toml() -> str:
    """`drumbeat.toml` with every setting, its meaning and its default, commented out."""
    blocks = [
        "# Drumbeat settings. Every line that is commented out shows the default.\n"
        "# `drumbeat config show` prints what is in force and why."
    ]
    for name, field in Settings.model_fields.items():
        model = field.default
        blocks.append(f"\n[{name}]\n" + "\n".join(_lines(model, name)))
    return "\n".join(blocks) + "\n"


def watchlist_toml() -> str:
    """`watchlist.toml` with the shipped statements commented out."""
    shipped = SHIPPED_WATCHLIST.read_text(encoding="utf-8").splitlines()
    return WATCHLIST + "\n".join(f"# {line}" if line else "" for line in shipped) + "\n"


def schedule_toml() -> str:
    """`schedule.toml` with every interval commented out."""
    return (
        "# Which stage runs how often. Missed runs are made up for once.\n\n"
        + "\n".join(_lines(Schedule(), "schedule"))
        + "\n"
    )


def _lines(model: BaseModel, section: str) -> Iterable[str]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        yield from (f"# {line}" for line in (field.description or "").splitlines())
        if _secret(field.annotation, value):
            yield f"# (from the environment: DRUMBEAT_{section.upper()}__{name.upper()})"
        elif value is None:
            yield f"# {name}: not set"
        else:
            yield f"# {name} = {toml_value(value)}"


def _secret(annotation: object, value: object) -> bool:
    return isinstance(value, SecretStr) or "SecretStr" in str(annotation)


def toml_value(value: object) -> str:
    """A setting's value as TOML."""
    if isinstance(value, BaseModel):
        return _toml_table({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, dict):
        return _toml_table({json.dumps(key): item for key, item in value.items()})
    if isinstance(value, tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(str(value), ensure_ascii=False)


def _toml_table(items: dict[str, object]) -> str:
    inside = ", ".join(f"{name} = {toml_value(item)}" for name, item in items.items())
    return f"{{ {inside} }}" if inside else "{}"


def _write(path: Path, text: str) -> Path:
    if not path.exists():
        path.write_text(text, encoding="utf-8")
    return path
