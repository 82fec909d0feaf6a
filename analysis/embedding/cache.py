"""Keeps the built graph, so that only the first run on a machine builds it (about a second and 300 MB).

The file is named after all that it was made from and after its own content: one that was damaged since is
noticed and built again, or a flipped bit would give other vectors under the same build for ever.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from importlib import metadata
from pathlib import Path

from platformdirs import user_cache_path

from analysis.embedding.base import EmbeddingError
from analysis.embedding.graph import GRAPH_VERSION, write_graph
from analysis.embedding.processor import ProcessorClass, reduced_range
from analysis.embedding.weights import WEIGHTS_SHA256, Weights, check_weights


def graph_name(kind: ProcessorClass, runtime: str, digest: str) -> str:
    """File name of the graph: weights, builder, ONNX Runtime version, processor class, and the content's own
    digest (`*` for any).
    """
    return f"e5-small-{WEIGHTS_SHA256[:12]}-g{GRAPH_VERSION}-ort{runtime}-{kind}-{digest}.onnx"


def cached_graph(weights_file: Path, folder: Path | None, kind: ProcessorClass) -> Path:
    """The graph for this machine, built now if it is not there yet or was damaged; the weights are checked in
    any case (0.1 s).

    Two processes may build it at once: each writes a file of its own and renames it, the content is the same.

    Raises:
        EmbeddingError: the weights are not the pinned ones, or the folder cannot be read or written.
    """
    check_weights(weights_file)
    folder = folder or default_folder()
    runtime = metadata.version("onnxruntime")
    try:
        for path in sorted(folder.glob(graph_name(kind, runtime, "*"))):
            if path.name == graph_name(kind, runtime, _digest(path)):
                return path
            path.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        return _write(weights_file, folder, kind, runtime)
    except OSError as error:
        raise EmbeddingError(
            f"embed.cache_dir: the graph cannot be written to {folder} ({error}); name a folder that can be "
            "written"
        ) from error


def default_folder() -> Path:
    """The user's cache folder, as the system names it."""
    return user_cache_path("drumbeat", appauthor=False)


def _write(weights_file: Path, folder: Path, kind: ProcessorClass, runtime: str) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=f"{kind}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        write_graph(Weights(weights_file), part, reduced_range=reduced_range(kind))
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        return part.replace(folder / graph_name(kind, runtime, _digest(part)))
    finally:
        part.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
