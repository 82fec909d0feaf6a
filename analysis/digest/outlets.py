"""Outlets as they are shown: the directory's word, or what a passage says of one that is in no directory any
more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.digest.evidence import OutletRef
from storage.records import Source
from storage.records.told import NarrativeRow


def outlet_refs(sources: Sequence[Source]) -> dict[str, OutletRef]:
    """Source id -> the outlet as it is shown."""
    return {item.source_id: _of_source(item) for item in sources}


def _of_source(source: Source) -> OutletRef:
    return OutletRef(
        source_id=source.source_id,
        name=source.name,
        country=source.country,
        ownership=source.ownership,
        ownership_list=source.ownership_list,
        ownership_as_of=source.ownership_as_of,
    )


def outlet_ref(
    refs: Mapping[str, OutletRef], source_id: str, *, country: str = "", ownership: str = "not listed"
) -> OutletRef:
    """An outlet by its id; one that is in no directory any more is shown by it, with what its passages say of
    it.
    """
    unknown = OutletRef(
        source_id=source_id,
        name=source_id,
        country=country,
        ownership=ownership,
        ownership_list=None,
        ownership_as_of=None,
    )
    return refs.get(source_id, unknown)


def ref_of(refs: Mapping[str, OutletRef], row: NarrativeRow) -> OutletRef:
    """The outlet of a passage."""
    return outlet_ref(refs, row.source_id, country=row.country, ownership=row.ownership)
