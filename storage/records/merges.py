"""What a number of a narrative leads to now: merges followed to their end. One answer for every room."""

from __future__ import annotations

from collections.abc import Mapping

from storage.errors import StorageError


def follow_merges(merged_into: Mapping[int, int | None]) -> dict[int, int]:
    """Narrative -> the number that stands for it now, itself where it was not merged.

    Args:
        merged_into: narrative -> the one it was merged into; a number that is no key is an end.

    Raises:
        StorageError: merges lead in a circle.
    """
    found: dict[int, int] = {}
    for number in merged_into:
        chain = [number]
        while chain[-1] not in found and (into := merged_into.get(chain[-1])) is not None:
            if into in chain:
                raise StorageError(
                    f"narrative {number}: merged in a circle {chain}; "
                    "save one of them with merged_into = None"
                )
            chain.append(into)
        end = found.get(chain[-1], chain[-1])
        found |= dict.fromkeys(chain, end)
    return {number: found[number] for number in merged_into}


def numbers_under(survivors: Mapping[int, int], narrative_id: int) -> list[int]:
    """The numbers that a narrative stands for, its own among them, ascending."""
    return sorted({narrative_id, *(number for number, end in survivors.items() if end == narrative_id)})
