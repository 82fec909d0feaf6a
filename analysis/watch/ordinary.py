"""What is ordinary for the statements of a workspace, read from the store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.embedding.centring import centre
from analysis.watch.scores import Background, background
from analysis.watch.statements import Prepared
from config.workspace import Workspace
from storage.records import MeanTable
from storage.store import Store


def ordinary_for(
    store: Store, workspace: Workspace, table: MeanTable, statements: Sequence[Prepared]
) -> Background:
    """Place and spread for every text of `statements`, in their order."""
    per_language = workspace.settings.watch.background_passages
    raw = store.vectors.by_language(table.build, per_language=per_language)
    sample = {
        language: centre(vectors, [language] * len(vectors), table) for language, vectors in raw.items()
    }
    return background(np.concatenate([item.vectors for item in statements]), sample)
