"""Time zones by their name in the IANA list."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("expected a time zone of the IANA list, as Africa/Bamako")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
