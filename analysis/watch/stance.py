"""Whether a passage endorses a statement, refutes it, or reports that others say it.

About the wording, never about what an outlet believes.

    best sentence = the sentence nearest to any statement or counter-statement
    margin        = its nearest statement - its nearest counter-statement (centred cosines)

A whole passage dilutes one "not" to a tenth of the signal, so the best sentence decides. Words of attribution
("said", "a déclaré", "заявил") in that sentence make an endorsement a report; a refutation stays one, whoever
utters it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.embedding.languages import language_key
from analysis.text.attribution import is_attributed
from storage.records import Stance


def stance_of(
    sentences: Sequence[str],
    nearness: npt.NDArray[np.float64],
    counter_nearness: npt.NDArray[np.float64],
    *,
    language: str,
    margin: float,
) -> Stance:
    """The stance of one passage.

    Args:
        sentences: its sentences, at least one.
        nearness: cosines, shape (statements, sentences).
        counter_nearness: the same for counter-statements; shape (0, sentences) where there are none, and then
            nothing can be refuted.
        margin: the least difference that decides.
    """
    best = int(np.concatenate([nearness, counter_nearness]).max(axis=0).argmax())
    difference = margin
    if len(counter_nearness):
        difference = float(nearness[:, best].max() - counter_nearness[:, best].max())
    if difference <= -margin:
        return "refutes"
    return (
        "endorses"
        if difference >= margin and not is_attributed(sentences[best], language_key(language))
        else "reports"
    )
