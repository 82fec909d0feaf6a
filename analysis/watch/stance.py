"""How a passage words a statement: endorsed, reported as what others say, refuted, or unclear.

About the wording, never about what an outlet believes.

    best sentence = the sentence nearest to any statement or counter-statement
    margin        = its nearest statement - its nearest counter-statement (centred cosines)

    it asks                                    -> unclear
    clearly nearer to the counter-statement    -> refutes, whoever utters it
    it says who says it                        -> reports
    nearer to the statement                    -> endorses
    else                                       -> unclear

A whole passage dilutes one "not" to a tenth of the signal, so the best sentence decides.

Measured on 200 own passages about five statements in eight languages, written before the rule (`python -m
tests quality --only wording`): right 0.89, what refutes 0.88 precise at a recall of 0.70; 0.63 when what lies
between the sides was called reported and no question was looked at. The rule was chosen on these passages,
and all of them that are unclear ask: it says nothing of texts that are unclear otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.embedding.languages import language_key
from analysis.text.attribution import asks, is_attributed
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
        margin: how much nearer to the counter-statement a sentence is that refutes.
    """
    best = int(np.concatenate([nearness, counter_nearness]).max(axis=0).argmax())
    if asks(sentences[best]):
        return "unclear"
    difference = 0.0
    if len(counter_nearness):
        difference = float(nearness[:, best].max() - counter_nearness[:, best].max())
    if difference <= -margin:
        return "refutes"
    if is_attributed(sentences[best], language_key(language)):
        return "reports"
    return "endorses" if difference >= 0 else "unclear"
