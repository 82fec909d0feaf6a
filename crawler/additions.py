"""What a workspace adds to Scrapy in every crawl: extensions, downloader middlewares, download handlers."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from config.errors import ConfigError
from config.settings import ScrapySettings


@dataclass(frozen=True, slots=True)
class Additions:
    """The `[scrapy]` section of a workspace."""

    root: Path | None = None
    scrapy: ScrapySettings = field(default_factory=ScrapySettings)

    def settings(self) -> Settings:
        """As Scrapy takes them, at a workspace's priority.

        Raises:
            ConfigError: a path leads to nothing that can be imported.
        """
        added = self.scrapy
        self._require("extensions", added.extensions)
        self._require("downloader_middlewares", added.downloader_middlewares)
        self._require("download_handlers", added.download_handlers.values())
        return Settings(
            {
                **added.settings,
                "EXTENSIONS": dict(added.extensions),
                "DOWNLOADER_MIDDLEWARES": dict(added.downloader_middlewares),
                "DOWNLOAD_HANDLERS": dict(added.download_handlers),
            }
        )

    def _require(self, key: str, paths: Iterable[str]) -> None:
        """Import what stands under a key."""
        if self.root is not None and str(self.root) not in sys.path and paths:
            sys.path.append(str(self.root))
        for path in paths:
            try:
                load_object(path)
            except Exception as error:  # border: a workspace's own module may raise anything
                raise ConfigError(
                    f"scrapy.{key}: {path!r} cannot be imported ({type(error).__name__}: {error}); expected "
                    "MODULE.NAME of an installed package, or spiders.FILE.NAME of the workspace"
                ) from error
