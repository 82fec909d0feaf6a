"""The language tag of what nobody can tell the language of."""

from typing import Final

UNDETERMINED: Final = "und"
"""As ISO 639-2 and BCP 47 have it."""
