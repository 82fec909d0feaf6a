"""From settings to an engine."""

from __future__ import annotations

import atexit

from analysis.embedding import e5
from analysis.embedding.base import Embedder
from analysis.embedding.endpoint import EndpointEmbedder
from analysis.embedding.libraries import FastembedEmbedder, SentenceTransformersEmbedder
from analysis.embedding.pool import PooledE5
from config.settings import EmbedSettings
from config.workspace import Workspace

_open: dict[EmbedSettings, Embedder] = {}


def settings_of(workspace: Workspace) -> EmbedSettings:
    """The workspace's embedding settings, relative paths resolved against its folder."""
    settings = workspace.settings.embed
    paths = {"weights_file": settings.weights_file, "cache_dir": settings.cache_dir}
    return settings.model_copy(update={key: path and workspace.root / path for key, path in paths.items()})


def build_of(settings: EmbedSettings) -> str:
    """The build that the engine of `settings` gives its vectors; loads no model."""
    return e5.build_name() if settings.engine == "e5-onnx" else f"{settings.engine}/{settings.model}"


def open_embedder(settings: EmbedSettings) -> Embedder:
    """The engine that `settings` name; the caller closes it.

    Raises:
        EmbeddingError: a package, a file or a setting is missing.
    """
    match settings.engine:
        case "sentence-transformers":
            return SentenceTransformersEmbedder(settings.model, build=build_of(settings))
        case "fastembed":
            return FastembedEmbedder(settings.model, build=build_of(settings))
        case "openai":
            return EndpointEmbedder(settings.model, endpoint=settings.endpoint, build=build_of(settings))
        case "e5-onnx":
            return PooledE5(
                weights_file=settings.weights_file, cache_dir=settings.cache_dir, workers=settings.workers
            )


def shared_embedder(settings: EmbedSettings) -> Embedder:
    """The engine of `settings`, opened once in this process, closed at its end: a model is dear to load."""
    if settings not in _open:
        _open[settings] = open_embedder(settings)
        atexit.register(_open[settings].close)
    return _open[settings]
