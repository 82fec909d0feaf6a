"""Passages become vectors.

    settings.embed -> choose.open_embedder -> Embedder.embed(texts) -> stage.embed stores them
                                           -> means.py -> centring.centred


`weights` reads the model file, `tokens` its tokenizer, `graph` writes the ONNX graph, `cache` keeps it, `e5`
runs it, `pool` runs it in several processes; `endpoint` and `libraries` are the engines of others. Only `e5`
and `graph` touch ONNX, and only when they are used.
"""
