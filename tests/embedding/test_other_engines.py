"""Engines of others: a real local server that speaks the OpenAI protocol, and libraries
that are not there.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.embedding import choose
from analysis.embedding.base import EmbeddingError
from analysis.embedding.endpoint import API_KEY, BATCH, EndpointEmbedder
from analysis.embedding.libraries import FastembedEmbedder, SentenceTransformersEmbedder, prefix_of
from analysis.embedding.pool import PooledE5
from config.settings import EmbedSettings

Reply = Callable[[dict[str, Any]], tuple[int, bytes]]


class Server(ThreadingHTTPServer):
    """Answers with `reply` and remembers what was asked."""

    reply: Reply
    asked: list[tuple[str, str | None, dict[str, Any]]]
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        status, answer = self.server.reply(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def lengths(body: dict[str, Any]) -> tuple[int, bytes]:
    """A vector of each text's length, rows in reverse order as the protocol allows."""
    rows = [
        {"index": number, "embedding": [float(len(text)), 1.0, 0.0]}
        for number, text in enumerate(body["input"])
    ]
    return 200, json.dumps({"data": rows[::-1]}).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server."""
    with Server(("127.0.0.1", 0), Handler) as running:
        running.reply, running.asked = lengths, []
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def address(server: Server) -> str:
    """The base address of a server."""
    return f"http://127.0.0.1:{server.server_port}/v1"


def test_texts_go_to_the_endpoint_and_vectors_come_back_in_order(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches, model, key and prefix are sent; rows are sorted by index and brought to length 1."""
    monkeypatch.setenv(API_KEY, "secret")
    embedder = EndpointEmbedder("intfloat/multilingual-e5-large", endpoint=address(server) + "/", build="b")
    texts = ["x" * number for number in range(BATCH + 5)]
    vectors = embedder.embed(texts)
    assert embedder.dimensions == 3
    assert vectors.shape == (BATCH + 5, 3)
    assert np.allclose(
        vectors[:, 0] / vectors[:, 1], [len("query: ") + number for number in range(BATCH + 5)]
    )
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    path, key, body = server.asked[-1]
    assert (path, key, body["model"]) == ("/v1/embeddings", "Bearer secret", "intfloat/multilingual-e5-large")
    assert [len(asked[2]["input"]) for asked in server.asked] == [1, BATCH, 5]
    assert embedder.embed([]).shape == (0, 3)


@pytest.mark.parametrize(
    ("status", "answer", "message"),
    [
        (401, b'{"error": "no key"}', "answered 401 .*no key"),
        (200, b"<html>", "cannot be used"),
        (200, b'{"object": "list"}', "something else than a list of embeddings"),
        (200, b'{"data": []}', r"shape \(0,\) for 1 texts"),
        (
            200,
            b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1]}]}',
            "something else",
        ),
        (200, b'{"data": [{"index": 0, "embedding": [1, null]}]}', "holes"),
        (200, b'{"data": [{"index": 0, "embedding": [1, NaN]}]}', "holes"),
    ],
)
def test_answers_that_are_no_embeddings(server: Server, status: int, answer: bytes, message: str) -> None:
    """Refusals and nonsense become errors that name address and reason."""
    server.reply = lambda body: (status, answer)
    with pytest.raises(EmbeddingError, match=message):
        EndpointEmbedder("m", endpoint=address(server), build="b")


def test_no_empty_text_is_sent(server: Server) -> None:
    """Not even to learn the size of vectors: servers of this protocol refuse it, and models outside the E5
    family have no prefix.
    """
    server.reply = lambda body: (
        lengths(body) if all(body["input"]) else (400, b'{"error": "input cannot be empty"}')
    )
    assert EndpointEmbedder("text-embedding-3-small", endpoint=address(server), build="b").embed(
        ["x"]
    ).shape == (1, 3)


@pytest.mark.parametrize("endpoint", [None, "", "file:///etc/passwd", "localhost:80"])
def test_only_http_addresses(endpoint: str | None) -> None:
    """Another scheme is refused before anything is opened."""
    with pytest.raises(EmbeddingError, match=r"embed\.endpoint"):
        EndpointEmbedder("m", endpoint=endpoint, build="b")


def test_nobody_listens() -> None:
    """A refused connection is a domain error."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as closed:
        port = closed.server_port
    with pytest.raises(EmbeddingError, match="cannot be used"):
        EndpointEmbedder("m", endpoint=f"http://127.0.0.1:{port}", build="b")


@pytest.mark.parametrize("engine", ["sentence-transformers", "fastembed"])
def test_a_missing_package_is_named(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package and the way back."""
    monkeypatch.setitem(__import__("sys").modules, engine.replace("-", "_"), None)
    with pytest.raises(EmbeddingError, match=f"pip install {engine}.*e5-onnx"):
        choose.open_embedder(EmbedSettings.model_validate({"engine": engine, "model": "m"}))


class Library:
    """Stands in for either library: three numbers a text."""

    def __init__(self, model: str) -> None:
        if model == "unknown":
            raise ValueError("no such model")

    def get_sentence_embedding_dimension(self) -> int:
        """Size of a vector."""
        return 3

    def encode(self, texts: list[str], batch_size: int = 32, **_: object) -> list[list[float]]:
        """sentence-transformers' way."""
        assert batch_size == 1, "neighbours would pad each other"
        return [[float(len(text)), 1.0, 0.0] for text in texts]

    def embed(self, texts: list[str], batch_size: int = 256) -> Iterator[list[float]]:
        """fastembed's way."""
        yield from self.encode(texts, batch_size=batch_size)


@pytest.mark.parametrize(
    ("module", "name", "kind"),
    [
        ("sentence_transformers", "SentenceTransformer", SentenceTransformersEmbedder),
        ("fastembed", "TextEmbedding", FastembedEmbedder),
    ],
)
def test_libraries_are_called_as_they_document(
    module: str,
    name: str,
    kind: type[SentenceTransformersEmbedder | FastembedEmbedder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Vectors are unit rows; E5 models get their prefix, others none; an unknown model is a domain error."""
    monkeypatch.setitem(__import__("sys").modules, module, SimpleNamespace(**{name: Library}))
    embedder = kind("intfloat/multilingual-e5-base", build="b")
    vectors = embedder.embed(["abc", ""])
    assert embedder.dimensions == 3
    assert np.allclose(vectors[:, 0] / vectors[:, 1], [10, 7])
    assert embedder.embed([]).shape == (0, 3)
    embedder.close()
    with pytest.raises(EmbeddingError, match=r"embed\.model"):
        kind("unknown", build="b")


@pytest.mark.parametrize(
    ("model", "prefix"),
    [("intfloat/multilingual-e5-small", "query: "), ("BAAI/bge-m3", ""), ("re5ult/x", "")],
)
def test_only_e5_models_get_the_prefix(model: str, prefix: str) -> None:
    """The prefix belongs to how E5 was trained."""
    assert prefix_of(model) == prefix


def test_one_engine_a_process(graph_cache: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same settings give the same open engine."""
    monkeypatch.setattr(choose, "_open", {})
    settings = EmbedSettings.model_validate({"cache_dir": graph_cache, "workers": 1})
    opened = choose.shared_embedder(settings)
    assert isinstance(opened, PooledE5)
    assert choose.shared_embedder(settings) is opened
