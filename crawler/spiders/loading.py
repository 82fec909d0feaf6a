"""Find a spider by its name among the files of a workspace's folder, inside the spider's own process.

A file that cannot be imported hides no spider of another one.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Final

from scrapy import Spider
from scrapy.utils.spider import iter_spider_classes

FOLDER: Final = "spiders"


class NoSpider(Exception):
    """No file of the folder has a spider of that name."""


def spider_class(root: Path, name: str) -> type[Spider]:
    """The spider of that name in `root/spiders`; modules there are `spiders.FILE`.

    Raises:
        NoSpider: there is none; says which names there are, and raised from the error of a file that could
            not be imported.
    """
    folder = root / FOLDER
    sys.path[:0] = [str(root), str(folder)]
    names: list[str] = []
    problem: Exception | None = None
    for path in sorted(folder.glob("*.py")):
        try:
            module = importlib.import_module(f"{FOLDER}.{path.stem}")
        except Exception as error:  # noqa: BLE001 - border: one file hides no other
            problem = error
            continue
        for found in iter_spider_classes(module):
            if found.name == name:
                return found
            names.append(str(found.name))
    if problem is not None:
        raise problem
    there = ", ".join(sorted(names)) or "none"
    raise NoSpider(f"no spider is called {name!r} in {folder}; there are: {there}")
