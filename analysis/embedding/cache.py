"""Keeps the built graph, so that only the first run on a machine builds it (about a second and 300 MB)."""

from __future__ import annotations

import os
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from analysis.embedding.base import EmbeddingError
from analysis.embedding.graph import GRAPH_VERSION, write_graph
from analysis.embedding.processor import ProcessorClass, reduced_range
from analysis.embedding.weights import WEIGHTS_SHA256, Weights, check_weights


def graph_name(kind: ProcessorClass, runtime: str) -> str:
    """File name of the graph: weights, builder, ONNX Runtime version and processor class."""
    return f"e5-small-{WEIGHTS_SHA256[:12]}-g{GRAPH_VERSION}-ort{runtime}-{kind}.onnx"


def cached_graph(weights_file: Path, folder: Path | None, kind: ProcessorClass) -> Path:
    """The graph for this machine, built now if it is not there yet.

    Two processes may build it at once: each writes a file of its own and renames it, the content is the same.

    Raises:
        EmbeddingError: the weights are not the pinned ones, or the folder cannot be written.
    """
    folder = folder or default_folder()
    path = folder / graph_name(kind, metadata.version("onnxruntime"))
    if path.is_file():
        return path
    check_weights(weights_file)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(weights_file, path, kind)
    except OSError as error:
        raise EmbeddingError(
            f"embed.cache_dir: the graph cannot be written to {folder} ({error}); name a folder that can be written"
        ) from error
    return path


def default_folder() -> Path:
    """The user's cache folder, as the system names it."""
    home = os.environ.get("XDG_CACHE_HOME")
    if home:
        return Path(home) / "drumbeat"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "drumbeat" / "cache"
    return (Path.home() / "Library" / "Caches" if sys.platform == "darwin" else Path.home() / ".cache") / "drumbeat"


def _write(weights_file: Path, path: Path, kind: ProcessorClass) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        write_graph(Weights(weights_file), part, reduced_range=reduced_range(kind))
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
